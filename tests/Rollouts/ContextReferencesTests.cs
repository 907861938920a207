using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Rollouts;

public class ContextReferencesTests
{
    [Theory]
    [InlineData("https://github.com/o/r.git#main:a/b", "main", "a/b")]
    [InlineData("https://github.com/o/r.git#main", "main", "")]
    [InlineData("https://github.com/o/r.git", null, "")]
    [InlineData("https://github.com/o/r.git#:a", null, "a")]
    [InlineData("https://github.com/o/r.git#main:/a//./b/", "main", "a/b")]
    [InlineData("https://github.com/o/r.git#main:a/../b", "main", "b")]
    [InlineData("https://github.com/o/r.git#feature/x:a", "feature/x", "a")]
    [InlineData("https://GitHub.com/o/r.git#main", "main", "")]
    [InlineData("http://github.com/o/r.git#main", "main", "")]
    [InlineData("https://github.com/o/r.git?ref=v1&subdir=a/b", "v1", "a/b")]
    [InlineData("https://github.com/o/r.git?branch=main&submodules=false#:a", "main", "a")]
    [InlineData("https://github.com/o/r.git?tag=v1&commit=0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789", "")]
    [InlineData("https://github.com/o/r.git#main:with%20space", "main", "with space")]
    [InlineData("git@github.com:o/r.git#main:a", "main", "a")]
    [InlineData("git@github.com:o/r#main", "main", "")]
    [InlineData("ssh://git@github.com/o/r.git#main:a", "main", "a")]
    [InlineData("git://github.com/o/r.git#main:a", "main", "a")]
    public void A_git_context_on_GitHub_has_a_repository_a_ref_and_a_path(string text, string? reference, string path) =>
        ContextReferences.Parse(text).ShouldBe(new GitHubContext(text, new RepositoryName("o", "r"), reference, path));

    [Theory]
    [InlineData("https://github.com/o/r", "https://github.com/o/r.git")]
    [InlineData("https://github.com/o/r#main:a", "https://github.com/o/r.git#main:a")]
    [InlineData("https://github.com/o/r/tree/main/a/b", "https://github.com/o/r.git#main:a/b")]
    [InlineData("https://github.com/o/r/tree/v1", "https://github.com/o/r.git#v1")]
    [InlineData("github.com/o/r", "https://github.com/o/r.git")]
    [InlineData("github.com/o/r#main:a", "https://github.com/o/r.git#main:a")]
    [InlineData("https://github.com/o.git", "https://github.com/owner/name.git#ref:path")]
    [InlineData("https://github.com/o/r/x.git", "https://github.com/owner/name.git#ref:path")]
    [InlineData("https://github.com/o/r.git#main:../a", "a path below the repository's root, without '..'")]
    [InlineData("https://github.com/o/r.git#main:a/../../b", "a path below the repository's root, without '..'")]
    [InlineData("https://github.com/o/r.git?ref=a#b", "name it once: after '#', or as one of ref=, tag=, branch=")]
    [InlineData("https://github.com/o/r.git?tag=a&branch=b", "name it once: after '#', or as one of ref=, tag=, branch=")]
    [InlineData("https://github.com/o/r.git?subdir=a#main:b", "name it once: after '#ref:', or as subdir=")]
    [InlineData("https://github.com/o/r.git?depth=1", "one of ref, tag, branch, subdir, commit, checksum, submodules, keep-git-dir, mtime, fetch-by-commit")]
    [InlineData("ftp://github.com/o/r.git", "https://github.com/owner/name.git#ref:path")]
    [InlineData("", "https://github.com/owner/name.git#ref:path")]
    public void What_no_builder_takes_comes_with_the_form_that_is_right(string text, string suggestion) =>
        ContextReferences.Parse(text).ShouldBeOfType<MalformedContext>().Suggestion.ShouldBe(suggestion);

    [Theory]
    [InlineData("https://gitlab.com/group/sub/r.git#main:app", "gitlab.com/group/sub/r", "https://gitlab.com/group/sub/r.git", "main", "app")]
    [InlineData("git@example.org:o/r.git", "example.org/o/r", "git@example.org:o/r.git", null, "")]
    [InlineData("ssh://git@example.org:2222/r.git#v1", "example.org:2222/r", "ssh://git@example.org:2222/r.git", "v1", "")]
    [InlineData("https://github.com.evil.example/o/r.git", "github.com.evil.example/o/r", "https://github.com.evil.example/o/r.git", null, "")]
    public void A_repository_elsewhere_has_the_address_that_git_takes(string text, string name, string address, string? reference, string path)
    {
        var context = ContextReferences.Parse(text).ShouldBeOfType<GitContext>();

        (context.Repository.ToString(), context.Repository.Address, context.Ref, context.Path).ShouldBe((name, address, reference, path));
    }

    [Theory]
    [InlineData("ssh://-oProxyCommand=touch/r.git")]
    [InlineData("-x@-oProxyCommand=touch:r.git")]
    [InlineData("https://gitlab.com/o/r.git#--upload-pack=touch")]
    [InlineData("ext::sh -c touch% x")]
    public void Nothing_that_git_would_take_for_an_option_is_a_repository(string text) =>
        ContextReferences.Parse(text).ShouldNotBeOfType<GitContext>();

    [Theory]
    [InlineData("./app", "/stack/app")]
    [InlineData("../app/", "/app")]
    [InlineData(".", "/stack")]
    [InlineData("/srv/app", "/srv/app")]
    public void A_folder_starts_where_the_compose_file_is(string text, string path)
    {
        if (!OperatingSystem.IsWindows())
            ContextReferences.Parse(text, folder: "/stack").ShouldBeOfType<FolderContext>().Repository.Folder.ShouldBe(path);
    }

    [Theory]
    [InlineData("https://example.org/context.tar.gz", "a file to download from example.org")]
    [InlineData("https://github.com/o/r/archive/main.tar.gz", "an archive on github.com")]
    public void What_nobody_can_look_up_says_what_it_is(string text, string kind) =>
        ContextReferences.Parse(text).ShouldBe(new OtherContext(text, kind));

    [Theory]
    [InlineData("https://ghp_token@github.com/o/r.git#main:a")]
    [InlineData("https://user:ghp_token@github.com/o/r.git#main:a")]
    [InlineData("ssh://git:ghp_token@github.com/o/r.git#main:a")]
    [InlineData("https://ghp_token@gitlab.com/o/r.git")]
    [InlineData("ftp://ghp_token@github.com/o/r.git")]
    public void A_token_in_the_address_is_refused_and_never_echoed(string text)
    {
        var malformed = ContextReferences.Parse(text).ShouldBeOfType<MalformedContext>();

        malformed.ToString().ShouldNotContain("ghp_token");
    }

    [Fact]
    public void The_repositories_of_a_GitHub_Enterprise_can_be_looked_up_too() =>
        ContextReferences.Parse("https://git.corp/o/r.git#main", "git.corp").ShouldBeOfType<GitHubContext>();

    [Fact]
    public void A_pinned_context_is_the_same_folder_at_a_commit() =>
        ((GitHubContext)ContextReferences.Parse("https://github.com/o/r.git?ref=main&subdir=a")).PinnedTo("c0ffee")
            .ShouldBe("https://github.com/o/r.git#c0ffee:a");
}
