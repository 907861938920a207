using PhasedRollout.Compose;

namespace PhasedRollout.Tests.Compose;

public class EnvFileReaderTests
{
    [Theory]
    [InlineData("A=b", "A=b")]
    [InlineData("export A=b", "A=b")]
    [InlineData("A = b", "A=b")]
    [InlineData("A: b", "A=b")]
    [InlineData("A=", "A=")]
    [InlineData("# A=b\n\nC=d\r\n", "C=d")]
    [InlineData("A=b # comment", "A=b")]
    [InlineData("A=b#no", "A=b#no")]
    [InlineData("A=b c ", "A=b c")]
    [InlineData("A='b # $C'", "A=b # $C")]
    [InlineData("A=\"b # c\" # d", "A=b # c")]
    [InlineData("A=\"b\\nc\\\"\\$d\"", "A=b\nc\"$d")]
    [InlineData("A=\"b\nc\"\nD=e", "A=b\nc|D=e")]
    [InlineData("A=1\nB=${A}2$A", "A=1|B=121")]
    [InlineData("B=${OUTER}", "B=outer")]
    [InlineData("B=${NOWHERE}x${C:-d}", "B=xd")]
    [InlineData("OUTER=inner\nB=$OUTER", "OUTER=inner|B=outer")]
    [InlineData("OUTER", "OUTER=outer")]
    [InlineData("A=b=c", "A=b=c")]
    [InlineData("\uFEFFA=b", "A=b")]
    public void It_is_read_as_Compose_reads_it(string text, string expected)
    {
        var (entries, problems) = EnvFileReader.Parse(text, ".env", VariableSet.Of(new Dictionary<string, string> { ["OUTER"] = "outer" }));

        problems.ShouldBeEmpty();
        string.Join('|', entries.Select(entry => $"{entry.Key}={entry.Value}")).ShouldBe(expected);
    }

    [Theory]
    [InlineData("A=1\n=secret", ".env:2:1: .env: the line does not start with a variable's name; write NAME=value, one a line; '#' starts a comment")]
    [InlineData("my secret", ".env:1:1: .env: the line does not start with a variable's name; write NAME=value, one a line; '#' starts a comment")]
    [InlineData("A='secret", ".env:1:1: .env: the quote of 'A' is not closed; close it; a value in quotes may run over several lines")]
    [InlineData("A=\"x\" secret", ".env:1:1: .env: text follows the closing quote of 'A'; put the whole value into the quotes, or escape a quote in it with '\\'")]
    [InlineData("A=${secret", ".env:1:1: .env: the value of 'A' cannot be used; a '${' in it starts no variable: put the value in single quotes, or write '$$' for a dollar")]
    public void A_bad_line_is_named_by_its_number_and_never_shown(string text, string message)
    {
        var problem = EnvFileReader.Parse(text, ".env", VariableSet.Empty).Problems.ShouldHaveSingleItem();

        problem.ToString().ShouldBe(message);
        problem.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public void The_environment_wins_over_files_and_a_later_file_over_an_earlier_one()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a", "ONE=a\nTWO=a\nTHREE=a\nFOUR=$ONE");
        folder.Write("b", "TWO=b\nFIVE=$TWO$ONE");

        var variables = VariableSet.Read(new Dictionary<string, string> { ["ONE"] = "environment" }, [folder.File("a"), folder.File("b")]);

        new[] { "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX" }.Select(name => variables[name])
            .ShouldBe(["environment", "b", "a", "environment", "aenvironment", null]);
    }

    [Fact]
    public void A_missing_env_file_is_wrong_input() =>
        Should.Throw<InvalidInputException>(() => VariableSet.Read(new Dictionary<string, string>(), ["/nowhere/.env"])).Message
            .ShouldBe("/nowhere/.env: there is no such file; create it, or give another file with --env-file");
}
