using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Shells;

namespace PhasedRollout.Tests.Contexts.Shells;

public sealed class ShellTextTests
{
    [Theory]
    [InlineData("pip install -r a.txt", "pip install -r a.txt")]
    [InlineData("a 'b c' \"d e\" f\\ g", "a b c d e f g")]
    [InlineData("a && b || c | d; e & f", "a|b|c|d|e|f")]
    [InlineData("a \\\n  b \\\n  && c", "a b|c")]
    [InlineData("a\\\nb", "ab")]
    [InlineData("a > /dev/null 2>&1", "a")]
    [InlineData("a &> log && b >| c 3< d", "a|b")]
    [InlineData("# a comment\r\na b#c # d\r\nb\r\n", "a b#c|b")]
    [InlineData("a 'unclosed", "a unclosed")]
    [InlineData("a $X \"$Y z\" ${W:-v} $(b; c) `d | e`", "a $X $Y z ${W:-v} $(b; c) `d | e`")]
    [InlineData("if a; then b; else c; fi", "a|b|c")]
    [InlineData("for x in 1 2; do a $x; done", "a $x")]
    [InlineData("(cd x && a); b", "cd x|a|b")]
    [InlineData("f() { a; }; f", "a|f")]
    [InlineData("[[ -f a || -f b ]] && c", "[[ -f a -f b ]]|c")]
    [InlineData("(( n < 3 )) && a", "a")]
    [InlineData("diff <(a) b", "diff  b")]
    [InlineData("cat > f <<EOF\nnpm ci\nEOF\na", "cat|a")]
    [InlineData("cat <<-'E' <<F\n\tx\n\tE\ny\nF\na", "cat|a")]
    [InlineData("cat <<< x\na", "cat|a")]
    [InlineData("a '&&' \";\" b", "a && ; b")]
    [InlineData("a ''", "a ")]
    [InlineData(")(;&&|", "")]
    public void A_text_is_split_into_its_commands(string text, string commands) =>
        string.Join('|', ShellText.Read(text, _ => ShellText.Unknown).Select(command => command.ToString())).ShouldBe(commands);

    [Theory]
    [InlineData("a $KNOWN ${KNOWN}x '$KNOWN'", "a|v|vx|$KNOWN")]
    [InlineData("a $UNSET ${UNSET-d} ${UNSET:-d}", "a||d|d")]
    [InlineData("a $OTHER x$OTHER ${OTHER:-d} $(b) `b`", "a|?|?|?|?|?")]
    [InlineData("a ${KNOWN%x} ${#KNOWN} $1 $@ $", "a|?|?|?|?|$")]
    [InlineData("a \\$KNOWN \"\\$KNOWN\"", "a|$KNOWN|$KNOWN")]
    [InlineData("a <(b)", "a|?")]
    public void A_word_is_what_it_stands_for_or_unknown(string text, string words) =>
        string.Join('|', ShellText.Read(text, Variable).Single().Words.Select(word => word ?? "?")).ShouldBe(words);

    [Theory]
    [InlineData("a && b", "ab")]
    [InlineData("a && b;", "ab")]
    [InlineData("a; b", "b")]
    [InlineData("a\nb\n", "b")]
    [InlineData("set -eux; a; b", "setab")]
    [InlineData("set -o errexit\na\nb", "setab")]
    // What fails in front of && ends no text that goes on behind it.
    [InlineData("set -e; a && b; c", "setc")]
    [InlineData("set -e; set +e; a; b", "setb")]
    [InlineData("a || b", "")]
    [InlineData("a || true; b", "b")]
    [InlineData("a && b || true", "")]
    [InlineData("a | b", "b")]
    [InlineData("a && b | c && d", "acd")]
    [InlineData("a & b", "b")]
    [InlineData("a &", "")]
    [InlineData("! a", "")]
    [InlineData("if a; then b; fi; c", "c")]
    [InlineData("(a) || true", "")]
    [InlineData("a && (b)", "")]
    [InlineData("a && { b; } || true", "")]
    [InlineData("exit 0; a", "")]
    [InlineData("if a; then exit; fi\nb", "")]
    [InlineData("a || exit 1; b", "b")]
    [InlineData("exec a; b", "")]
    [InlineData("trap 'exit 0' EXIT; a", "")]
    [InlineData("npm() { true; }; npm ci", "")]
    [InlineData("case x in a) b;; esac; c", "")]
    public void A_command_must_succeed_where_the_text_fails_with_it(string text, string names) =>
        string.Concat(ShellText.Read(text, _ => ShellText.Unknown).Where(command => command.MustSucceed).Select(command => command.Words[0])).ShouldBe(names);

    [Theory]
    [InlineData("a", "/w")]
    [InlineData("cd x && cd ../y && a", "/w/y")]
    [InlineData("cd /x; a", "/x")]
    [InlineData("(cd x && b); a", "/w")]
    [InlineData("cd x | b; a", "/w")]
    [InlineData("cd x & a", "/w")]
    [InlineData("cd x || exit 1; a", "/w/x")]
    [InlineData("cd x || true; a", "?")]
    [InlineData("if b; then cd x; fi; a", "?")]
    [InlineData("cd $X && a", "?")]
    [InlineData("cd && a", "?")]
    [InlineData("cd - && a", "?")]
    [InlineData("cd -- x && a", "/w/x")]
    [InlineData("cd $X && cd /y && a", "/y")]
    [InlineData("pushd x && a", "?")]
    public void A_command_knows_the_folder_in_which_it_runs(string text, string folder) =>
        (ShellText.Read(text, _ => ShellText.Unknown, "/w")[^1].Folder ?? "?").ShouldBe(folder);

    [Theory]
    [InlineData("RUN a && b", "a|b")]
    [InlineData("RUN [\"a\", \"b && c\"]", "a b && c")]
    [InlineData("RUN [\"/bin/bash\", \"-euc\", \"a; b\"]", "a|b")]
    [InlineData("RUN <<EOF\na\nb\nEOF", "a|b")]
    [InlineData("RUN bash <<EOF\na\nEOF", "a")]
    [InlineData("RUN python3 <<EOF\nimport a\nEOF", "")]
    [InlineData("RUN cat <<EOF > /x\nnpm ci\nEOF", "cat")]
    [InlineData("SHELL [\"powershell\", \"-command\"]\nRUN a", "")]
    [InlineData("SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-ec\"]\nRUN a; b", "a|b")]
    public void A_RUN_is_read_in_each_of_its_forms(string run, string commands) =>
        string.Join('|', OfRun(run).Select(command => command.ToString())).ShouldBe(commands);

    [Theory]
    [InlineData("RUN a; b", "b")]
    [InlineData("RUN [\"bash\", \"-ec\", \"a; b\"]", "ab")]
    [InlineData("SHELL [\"/bin/bash\", \"-ec\"]\nRUN a; b", "ab")]
    public void A_RUN_knows_whether_its_shell_stops(string run, string names) =>
        string.Concat(OfRun(run).Where(command => command.MustSucceed).Select(command => command.Words[0])).ShouldBe(names);

    [Fact]
    public void No_text_makes_the_reader_throw_or_stand_still()
    {
        const string characters = "ab $'\"`(){}|&;<>\\\n\r\t#!-=1ci[]";
        var random = new Random(4);
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => characters[random.Next(characters.Length)]));
            ShellText.Read(text, _ => ShellText.Unknown, "/w").ShouldAllBe(command => command.Words.Count == command.Written.Count && command.Words.Count > 0);
        }
    }

    private static string? Variable(string name) => name switch { "KNOWN" => "v", "UNSET" => null, _ => ShellText.Unknown };

    private static IReadOnlyList<ShellCommand> OfRun(string lines) => ShellText.OfRun(
        EvaluatedDockerfile.Of(Dockerfile.Parse(System.Text.Encoding.UTF8.GetBytes("FROM alpine\n" + lines + "\n")), BuildInputs.None).Target!.Instructions
            .Last(it => it.Instruction.Keyword == "RUN"));
}
