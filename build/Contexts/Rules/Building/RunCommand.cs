using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Serving;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>A command of a RUN.</summary>
/// <param name="Program">The program, without its folder.</param>
/// <param name="Words">The words behind it; a null word depends on what is not known.</param>
/// <param name="Decides">True when the RUN fails for sure once the command does: nothing behind it makes good for it, and it runs in any case.</param>
/// <param name="Source">The command as it was read.</param>
internal sealed record RunCommand(string Program, IReadOnlyList<string?> Words, bool Decides, ShellCommand Source)
{
    private static readonly string[] Shells = ["sh", "bash", "ash"];

    /// <summary>The commands of <paramref name="it"/> in their order; none where another shell, the exec form or a heredoc is used.</summary>
    public static IReadOnlyList<RunCommand> Of(EvaluatedInstruction it)
    {
        if (it.Instruction is not { Keyword: "RUN", IsJson: false, Heredocs.Count: 0 } || (it.Shell is [var shell, ..] && !Shells.Contains(NameOf(shell))))
            return [];

        var commands = ShellText.Read(it.Instruction.Text, _ => ShellText.Unknown);
        var stopsAtOnce = commands is [{ Words: ["set", { } flags, ..] }, ..] && flags.StartsWith('-') && flags.Contains('e', StringComparison.Ordinal);
        var read = new List<RunCommand>();
        for (var i = 0; i < commands.Count; i++)
        {
            // Variables before the program: DEBIAN_FRONTEND=noninteractive apt-get …
            var words = commands[i].Words.SkipWhile(word => word?.Contains('=', StringComparison.Ordinal) == true).ToList();
            if (words is not [{ } program, .. var rest])
                continue;

            var decides = !commands[i].IsConditional && !commands[i].InBackground && commands[i].Link != ShellLink.Or
                && commands.Skip(i + 1).All(later => later.Link == ShellLink.And || (stopsAtOnce && later.Link == ShellLink.Then));
            read.Add(new RunCommand(NameOf(program), rest, decides, commands[i]));
        }

        return read;
    }

    private static string NameOf(string program) => program[(program.LastIndexOf('/') + 1)..];
}
