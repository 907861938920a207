using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Tests.Contexts.Dockerfiles;

public class DockerIgnoreTests
{
    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", "sub/a.log", false)]
    [InlineData("**/*.log", "a.log", true)]
    [InlineData("**/*.log", "sub/deep/a.log", true)]
    [InlineData("**", "anything/at/all", true)]
    [InlineData("node_modules", "node_modules/a/b.js", true)]
    [InlineData("node_modules", "sub/node_modules/a.js", false)]
    [InlineData("**/node_modules", "sub/node_modules/a.js", true)]
    [InlineData("/rooted", "rooted", true)]
    [InlineData("./dotted/", "dotted/file", true)]
    [InlineData("a/../b", "b", true)]
    [InlineData("temp?", "temp1", true)]
    [InlineData("temp?", "temp/", false)]
    [InlineData("*/temp*", "a/temporary.txt", true)]
    [InlineData("*/*/temp*", "a/temporary.txt", false)]
    [InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/z", "a/b/c/z", true)]
    [InlineData("a/**", "a/b", true)]
    [InlineData("a**b", "a/x/b", true)]
    [InlineData("[a-c].txt", "b.txt", true)]
    [InlineData("[^a-c].txt", "b.txt", false)]
    [InlineData("[^a-c].txt", "d.txt", true)]
    [InlineData("\\*.txt", "*.txt", true)]
    [InlineData("\\*.txt", "a.txt", false)]
    [InlineData("file.name", "fileXname", false)]
    [InlineData("a+b(c)", "a+b(c)", true)]
    [InlineData("# comment", "# comment", false)]
    [InlineData("  spaced  ", "spaced", true)]
    [InlineData("\r\nwindows\r\n", "windows", true)]
    [InlineData("\uFEFFmarked", "marked", true)]
    [InlineData("", "anything", false)]
    [InlineData("*\n!README.md", "README.md", false)]
    [InlineData("*\n!README.md", "other.md", true)]
    [InlineData("*\n!**/*.go", "a/x.go", false)]
    [InlineData("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true)]
    [InlineData("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", false)]
    [InlineData("sub\n!sub/keep", "sub/keep/file", false)]
    [InlineData("sub\n!sub/keep", "sub/other", true)]
    [InlineData("!only", "only", false)]
    public void A_pattern_matches_as_Docker_matches_it(string file, string path, bool ignored) =>
        DockerIgnore.Parse(file).Ignores(path).ShouldBe(ignored);

    [Theory]
    [InlineData("ok\n!", "line 2: illegal exclusion pattern: \"!\"")]
    [InlineData("[a-", "line 1: '[a-' is not a pattern")]
    [InlineData("a\n\nb\\", "line 3: 'b\\' is not a pattern")]
    public void A_malformed_pattern_is_named_with_its_line(string file, string message) =>
        Should.Throw<FormatException>(() => DockerIgnore.Parse(file)).Message.ShouldBe(message);

    [Fact]
    public void A_hostile_pattern_cannot_keep_us_busy() =>
        DockerIgnore.Parse(string.Concat(Enumerable.Repeat("**/a*", 40))).Ignores(new string('a', 5000)).ShouldBeFalse();
}
