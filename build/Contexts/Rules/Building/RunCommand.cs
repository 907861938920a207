using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Shells;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>A command of a RUN.</summary>
/// <param name="Program">The program, without its folder.</param>
/// <param name="Words">The words behind it; a null word depends on what is not known.</param>
/// <param name="Decides">True when the RUN fails for sure once the command does: nothing behind it makes good for it, and it runs in any case.</param>
/// <param name="Source">The command as it was read.</param>
internal sealed record RunCommand(string Program, IReadOnlyList<string?> Words, bool Decides, ShellCommand Source)
{
    /// <summary>The commands of <paramref name="it"/> in their order; none where another shell is used.</summary>
    public static IReadOnlyList<RunCommand> Of(EvaluatedInstruction it) => it.Instruction.Keyword != "RUN" ? [] :
    [
        .. from command in ShellText.OfRun(it)
           // Variables before the program: DEBIAN_FRONTEND=noninteractive apt-get …
           let words = command.Words.SkipWhile(word => word?.Contains('=', StringComparison.Ordinal) == true).ToList()
           where words is [{ }, ..]
           select new RunCommand(NameOf(words[0]!), words[1..], command.MustSucceed, command),
    ];

    private static string NameOf(string program) => program[(program.LastIndexOf('/') + 1)..];
}
