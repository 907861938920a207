using PhasedRollout.Compose;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Compose;

namespace PhasedRollout.Tests.Rollouts;

/// <summary>Values from NAME_FILE and NAME_COMMAND.</summary>
public sealed class ExternalValuesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_gives_the_value_without_its_last_line_end()
    {
        folder.Write("key", "first\nsecond \n");
        var values = Of(("KEY_FILE", folder.File("key")));

        values.Find("KEY").ShouldBe("first\nsecond ");
        values.Secrets.ShouldBe(["first\nsecond "]);
        values.Find("OTHER").ShouldBeNull();
        values.Find("KEY_FILE").ShouldBeNull();
    }

    [Fact]
    public void A_program_gives_the_value_once_and_no_shell_sees_its_arguments()
    {
        if (!File.Exists("/bin/sh"))
            Assert.Skip("the test's program is a POSIX shell");
        folder.Write("count", "");
        var values = Of(
            ("KEY_COMMAND", $"/bin/sh -c 'echo x >> \"$0\"; printf %s \"$1\"' {folder.File("count")} '$HOME; `id`'"),
            ("LIST_COMMAND", "[\"/bin/sh\", \"-c\", \"echo $0\", \"a b\"]"));

        values.Find("KEY").ShouldBe("$HOME; `id`");
        values.Find("KEY").ShouldBe("$HOME; `id`");
        values.Find("LIST").ShouldBe("a b");
        File.ReadAllText(folder.File("count")).ShouldBe("x\n");
    }

    [Fact]
    public void A_program_that_fails_is_named_and_not_what_it_said()
    {
        if (!File.Exists("/bin/sh"))
            Assert.Skip("the test's program is a POSIX shell");
        var values = Of(("KEY_COMMAND", "/bin/sh -c 'echo canary; echo canary >&2; exit 3'"), ("GONE_COMMAND", "/no/such/program --with canary"));

        var failed = Should.Throw<WorldRefusedException>(() => values.Find("KEY"));
        failed.Message.ShouldBe("KEY_COMMAND: the program '/bin/sh' ended with exit code 3, so its variable has no value");
        Should.Throw<WorldRefusedException>(() => values.Find("GONE")).Message.ShouldBe(
            "GONE_COMMAND: the program '/no/such/program' could not be started, so its variable has no value");
    }

    [Fact]
    public void A_file_that_is_not_there_and_a_command_that_is_none_are_problems()
    {
        var values = Of(("KEY_FILE", folder.File("nothing")), ("FOLDER_FILE", folder.Path), ("BAD_COMMAND", "echo 'open"), ("LIST_COMMAND", "[1]"));

        foreach (var name in (string[])["KEY", "FOLDER", "BAD", "LIST"])
            values.Find(name).ShouldBeNull();

        values.Problems.Select(problem => problem.Where).ShouldBe(["KEY_FILE", "FOLDER_FILE", "BAD_COMMAND", "LIST_COMMAND"]);
    }

    [Fact]
    public void The_environment_goes_before_and_a_reference_in_the_compose_file_is_what_asks()
    {
        folder.Write("key", "from the file");
        var variables = VariableSet.Of(new Dictionary<string, string> { ["SET"] = "from the environment", ["SET_FILE"] = folder.File("gone"), ["KEY_FILE"] = folder.File("key") });
        var external = new ExternalValues(variables);

        ComposeInterpolation.Apply("${SET} ${KEY:?} ${KEY}", variables.Or(external.Find)).Text.ShouldBe("from the environment from the file from the file");
        external.Problems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a b  c", "a|b|c")]
    [InlineData(" a 'b c' \"d 'e\" f''g ", "a|b c|d 'e|fg")]
    [InlineData("a ''", "a|")]
    [InlineData("[\"a\", \"b c\"]", "a|b c")]
    public void A_command_is_words_or_a_list(string command, string words) => ExternalValues.Words(command).ShouldBe(words.Split('|'));

    private static ExternalValues Of(params (string Name, string Value)[] values) =>
        new(VariableSet.Of(values.ToDictionary(pair => pair.Name, pair => pair.Value)));
}
