using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Contexts.Shells;

/// <summary>Follows the commands of a text: in which folder each runs, and whether the text fails with it.</summary>
internal sealed class ShellSequence
{
    private readonly List<ShellCommand> commands = [];
    private readonly Stack<string?> outside = new();
    private string? folder;
    private bool stopsAtFailure;
    private bool mayHaveEnded;
    // Of the list that is read: where it begins, and whether something in it may fail without the list failing.
    private int first;
    private bool forgives;
    private bool hasEnded;

    /// <summary>Starts.</summary>
    /// <param name="folder">Where the text starts; null when that is not known.</param>
    /// <param name="stopsAtFailure">True when the shell was started with <c>-e</c>.</param>
    public ShellSequence(string? folder, bool stopsAtFailure) => (this.folder, this.stopsAtFailure) = (folder, stopsAtFailure);

    /// <summary>Adds a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="isNegated">True when it is to fail.</param>
    /// <param name="next">How the next one follows it.</param>
    public void Add(ShellCommand command, bool isNegated, ShellLink next)
    {
        if (hasEnded)
            Settle(isLast: false);

        forgives |= isNegated || command.IsConditional || command.InBackground || command.Link == ShellLink.Or;
        // A pipe ends as its last command does.
        commands.Add(command with { Folder = folder, MustSucceed = !mayHaveEnded && next != ShellLink.Pipe });

        // What one end of a pipe, or the background, does to its shell is lost.
        if (next == ShellLink.Pipe || command.Link == ShellLink.Pipe || command.InBackground)
            return;

        switch (command.Words)
        {
            case ["cd" or "pushd" or "popd", ..]:
                folder = command.IsConditional || command.Link == ShellLink.Or ? null : Enter(command.Words);
                break;
            case ["set", ['-' or '+', ..] flags, ..] when !command.IsConditional:
                if (flags.Contains('e', StringComparison.Ordinal) || command.Words.Contains("errexit"))
                    stopsAtFailure = flags[0] == '-';
                break;
            case ["exit", { Length: > 0 } code] when code.Any(digit => digit != '0') && code.All(char.IsAsciiDigit):
                break;
            case ["exit" or "exec" or "return" or "trap", ..]:
                mayHaveEnded = true;
                break;
            // Whoever goes on although cd failed is where he was.
            case var _ when command.Link == ShellLink.Or && commands is [.., { Words: ["cd", ..] }, _]:
                folder = null;
                break;
        }
    }

    /// <summary>A function is defined: what its name runs from here on is not followed.</summary>
    public void DefineFunction() => mayHaveEnded = true;

    /// <summary>A subshell begins: what it does to its folder ends with it.</summary>
    public void EnterSubshell() => outside.Push(folder);

    /// <summary>A subshell ends.</summary>
    public void LeaveSubshell()
    {
        if (outside.TryPop(out var before))
            folder = before;
    }

    /// <summary>A list ends: commands joined by <c>&amp;&amp;</c>, <c>||</c> and pipes.</summary>
    public void EndList() => hasEnded = true;

    /// <summary>The commands, when nothing follows.</summary>
    public IReadOnlyList<ShellCommand> Finish()
    {
        Settle(isLast: true);
        return commands;
    }

    // A list's failure is the text's when it is the last, or with set -e, which overlooks what fails in front of an &&.
    private void Settle(bool isLast)
    {
        if (forgives || !(isLast || (stopsAtFailure && commands.Skip(first).All(command => command.Link != ShellLink.And))))
            for (var i = first; i < commands.Count; i++)
                commands[i] = commands[i] with { MustSucceed = false };

        (first, forgives, hasEnded) = (commands.Count, false, false);
    }

    // Where cd leads; null for "cd", "cd -", "cd ~", a folder that is not known, and for pushd and popd.
    private string? Enter(IReadOnlyList<string?> words) =>
        words is not ["cd", ..] || words.Skip(1).SkipWhile(word => word is "--" or "-P" or "-L").ToList() is not [{ Length: > 0 } to] || to[0] is '-' or '~' ? null
        : to[0] == '/' ? GoPath.Clean(to)
        : folder is null ? null
        : GoPath.Clean($"{folder}/{to}");
}
