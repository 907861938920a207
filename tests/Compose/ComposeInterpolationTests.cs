using PhasedRollout.Compose;

namespace PhasedRollout.Tests.Compose;

public class ComposeInterpolationTests
{
    private static readonly VariableSet Variables = VariableSet.Of(new Dictionary<string, string> { ["SET"] = "value", ["EMPTY"] = "", ["_a1"] = "x" });

    // The values beside each text are those that Docker Compose 2.26.1 gives.
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$SET", "value")]
    [InlineData("${SET}", "value")]
    [InlineData("a-${SET}-b-$SET.", "a-value-b-value.")]
    [InlineData("${_a1}$_a1", "xx")]
    [InlineData("${EMPTY}", "")]
    [InlineData("${SET:-x}", "value")]
    [InlineData("${EMPTY:-x}", "x")]
    [InlineData("${EMPTY-x}", "")]
    [InlineData("${UNSET:-x}", "x")]
    [InlineData("${UNSET-x}", "x")]
    [InlineData("${UNSET-}", "")]
    [InlineData("${SET:?m}", "value")]
    [InlineData("${EMPTY?m}", "")]
    [InlineData("${SET:+x}", "x")]
    [InlineData("${EMPTY:+x}", "")]
    [InlineData("${EMPTY+x}", "x")]
    [InlineData("${UNSET+x}", "")]
    [InlineData("${UNSET:-${SET}}", "value")]
    [InlineData("${UNSET:-${OTHER:-c}}", "c")]
    [InlineData("${UNSET:-a:-b}", "a:-b")]
    [InlineData("${UNSET:-a}b}", "ab}")]
    [InlineData("${UNSET:+${OTHER}}", "")]
    [InlineData("$$SET", "$SET")]
    [InlineData("$$$SET", "$value")]
    [InlineData("${UNSET:-$$}", "$")]
    [InlineData("$", "$")]
    [InlineData("a$", "a$")]
    [InlineData("$1 $. $-", "$1 $. $-")]
    [InlineData("{{.Names}}", "{{.Names}}")]
    public void Variables_are_replaced_as_Compose_replaces_them(string text, string expected)
    {
        var result = ComposeInterpolation.Apply(text, Variables);

        result.Text.ShouldBe(expected);
        result.IsComplete.ShouldBeTrue();
    }

    [Theory]
    [InlineData("$UNSET", "UNSET", null)]
    [InlineData("a${UNSET}b", "UNSET", null)]
    [InlineData("${UNSET?}", "UNSET", null)]
    [InlineData("${UNSET:?must be set}", "UNSET", "must be set")]
    [InlineData("${EMPTY:?must not be empty}", "EMPTY", "must not be empty")]
    [InlineData("${UNSET?says $SET}", "UNSET", "says value")]
    [InlineData("${SET:+${UNSET}}", "UNSET", null)]
    public void A_variable_without_a_value_is_named_and_stays_as_written(string text, string name, string? message)
    {
        var result = ComposeInterpolation.Apply(text, Variables);

        result.Missing.ShouldBe([new MissingVariable(name, message)]);
        result.Text.ShouldBe(text.StartsWith("${SET:+", StringComparison.Ordinal) ? "${UNSET}" : text);
    }

    [Theory]
    [InlineData("${}")]
    [InlineData("${1}")]
    [InlineData("${ SET }")]
    [InlineData("${SET")]
    [InlineData("${SET:-${UNSET}")]
    [InlineData("${SET!x}")]
    [InlineData("${SET:x}")]
    [InlineData("${SET:}")]
    [InlineData("${SET:=x}")]
    [InlineData("${A.B}")]
    [InlineData("${")]
    public void A_malformed_variable_is_refused_with_what_would_be_right(string text) =>
        Should.Throw<FormatException>(() => ComposeInterpolation.Apply(text, Variables)).Message
            .ShouldEndWith("; write '$$' for a dollar that starts no variable");

    [Fact]
    public void Hostile_nesting_ends_with_a_message() =>
        Should.Throw<FormatException>(() => ComposeInterpolation.Apply(
            string.Concat(Enumerable.Repeat("${A:-", 5000)) + new string('}', 5000), VariableSet.Empty)).Message.ShouldContain("20 levels");

    [Fact]
    public void The_names_of_the_variables_that_were_used_are_known() =>
        ComposeInterpolation.Apply("${SET}${UNSET:-$_a1}", Variables).Used.ShouldBe(["SET", "_a1"]);
}
