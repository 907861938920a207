using PhasedRollout.Compose;

namespace PhasedRollout.Tests.Compose;

public class ComposeWriterTests
{
    [Fact]
    public void The_text_is_the_golden_one() =>
        ComposeWriter.Write(ComposeReader.Read([Repository.PathOf("tests", "Compose", "writer-input.yml")]).Root)
            .ShouldBeGolden("Compose", "writer-output.yml");

    [Theory]
    [InlineData("yes")]
    [InlineData("On")]
    [InlineData("n")]
    [InlineData("null")]
    [InlineData("~")]
    [InlineData("")]
    [InlineData("true")]
    [InlineData("22:22")]
    [InlineData("0123")]
    [InlineData("1e3")]
    [InlineData("1_000")]
    [InlineData("0x1F")]
    [InlineData("3.20")]
    [InlineData(".5")]
    [InlineData(".inf")]
    [InlineData("2001-01-01")]
    [InlineData("-")]
    [InlineData("- a")]
    [InlineData("*a")]
    [InlineData("&a")]
    [InlineData("#a")]
    [InlineData("a #b")]
    [InlineData("a: b")]
    [InlineData("a:")]
    [InlineData(": a")]
    [InlineData("[a]")]
    [InlineData("{a}")]
    [InlineData("!a")]
    [InlineData("%a")]
    [InlineData("@a")]
    [InlineData("`a`")]
    [InlineData("|")]
    [InlineData(">")]
    [InlineData("'a'")]
    [InlineData("\"a\"")]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData("a\tb")]
    [InlineData("=")]
    [InlineData("<<")]
    [InlineData("---")]
    [InlineData("\u0007")]
    public void Text_that_a_reader_could_take_for_something_else_stands_in_quotes(string text)
    {
        ComposeWriter.Write(Mapping("key", text)).ShouldStartWith("key: \"");
        ComposeWriter.Write(Mapping(text, "value")).ShouldStartWith("\"");
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("https://github.com/o/r.git#main:a/b")]
    [InlineData("${A:?must be set}")]
    [InlineData("postgresql://${U}:${P}@${H}:5433/db")]
    [InlineData("1m30s")]
    [InlineData("unless-stopped")]
    [InlineData("/var/run")]
    public void Text_that_every_reader_takes_for_text_stands_without_quotes(string text) =>
        ComposeWriter.Write(Mapping("key", text)).ShouldBe($"key: {text}\n");

    [Fact]
    public void An_empty_document_is_an_empty_mapping() =>
        ComposeWriter.Write(new ComposeMapping(new SourceLocation("", 1, 1), [])).ShouldBe("{}\n");

    private static ComposeMapping Mapping(string key, string value)
    {
        var nowhere = new SourceLocation("", 1, 1);
        return new ComposeMapping(nowhere, [new ComposeEntry(key, nowhere, new ComposeScalar(nowhere, value, true))]);
    }
}
