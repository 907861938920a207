using System.Text;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Shells;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>What has been said in a stage up to a point: every text that may bring a program, and whether something ran that may have brought any.</summary>
internal sealed class StageMemory
{
    private static readonly HashSet<string> Shells = ["sh", "bash", "ash", "dash", "zsh", ".", "source", "eval", "xargs", "ansible-playbook", "nix", "nix-env", "brew", "exec", "make"];
    private static readonly HashSet<string> Installers = ["apt-get", "apt", "apk", "yum", "dnf", "microdnf", "aptitude"];
    private static readonly string[] ProgramFolders =
        ["/", "/bin", "/sbin", "/usr", "/usr/bin", "/usr/sbin", "/usr/local", "/usr/local/bin", "/usr/local/sbin", "/opt", "/root", "/etc"];

    private readonly StringBuilder text = new();

    /// <summary>True when something may have brought any program at all.</summary>
    public bool IsOpaque { get; private set; }

    /// <summary>All that was said.</summary>
    public string Text => text.ToString();

    /// <summary>Takes an instruction wholly.</summary>
    public void Take(EvaluatedInstruction it)
    {
        var written = it.Instruction;
        // What is started, asked or told brings nothing.
        if (written.Keyword is "CMD" or "ENTRYPOINT" or "HEALTHCHECK" or "LABEL")
            return;

        text.AppendJoin('\n', written.Texts).Append('\n');
        foreach (var flag in written.Flags)
            text.Append(flag.Value).Append('\n');
        if (written.Keyword == "RUN")
        {
            IsOpaque |= written.IsJson || written.Heredocs.Count > 0 && ShellText.OfRun(it).Count == 0;
            foreach (var command in ShellText.OfRun(it))
                Take(command);
        }
        else if (written.Keyword is "COPY" or "ADD")
        {
            IsOpaque |= BringsPrograms(it);
        }
    }

    /// <summary>Takes a command of a RUN.</summary>
    public void Take(ShellCommand command)
    {
        text.AppendJoin(' ', command.Written).Append('\n');
        if (command.Written.SkipWhile(IsInFront).FirstOrDefault() is not { } first)
            return;

        var program = first[(first.LastIndexOf('/') + 1)..];
        IsOpaque |= Shells.Contains(program) || first.Contains('/', StringComparison.Ordinal) && !first.StartsWith("/usr/", StringComparison.Ordinal) && !first.StartsWith("/bin/", StringComparison.Ordinal)
            || first.StartsWith('$')
            // A list of packages that a variable or a file gives.
            || (Installers.Contains(program) && command.Written.Any(word => word.Contains('$', StringComparison.Ordinal) || word.Contains('`', StringComparison.Ordinal) || word.StartsWith("./", StringComparison.Ordinal)));
    }

    /// <summary>True for what stands in front of a program: a variable, <c>env</c>.</summary>
    public static bool IsInFront(string word) => word is "env" or "time" or "nice" || (word.IndexOf('=', StringComparison.Ordinal) > 0 && char.IsAsciiLetter(word[0]) | word[0] == '_');

    private static bool BringsPrograms(EvaluatedInstruction it)
    {
        var isFile = it.Instruction.Flag("from") is null && it.Arguments.SkipLast(1).All(source => source is not null && Path.HasExtension(source) && !source.Contains('*', StringComparison.Ordinal))
            && it.Instruction.Keyword == "COPY";
        // The files of a project at the root are no programs; what another stage has there is.
        if (it.Instruction is { Keyword: "COPY" } && it.Instruction.Flag("from") is null && it.Arguments is [.., "/"])
            return false;

        return it.Arguments is not [.., { } target] || (!isFile && ProgramFolders.Contains(target.Length > 1 ? target.TrimEnd('/') : target));
    }
}
