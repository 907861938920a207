using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Shells;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>VC217: package managers ask nothing, for nobody answers during a build. VC218: a download that fails is noticed.</summary>
internal sealed partial class PackageCommandRules : DockerfileRule
{
    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        foreach (var stage in dockerfile.Stages.Where(stage => !stage.IsReplaced))
        {
            if (CertaintyIn(dockerfile, stage) is null)
                continue;

            var answers = false;
            foreach (var it in stage.Instructions.Where(it => it.Instruction is { Keyword: "RUN", IsJson: false }))
            {
                var text = string.Join('\n', [it.Instruction.Text, .. it.Instruction.Heredocs.Select(heredoc => heredoc.Content)]);
                answers |= text.Contains("Assume-Yes", StringComparison.OrdinalIgnoreCase) || text.Contains("assumeyes", StringComparison.OrdinalIgnoreCase);
                foreach (var command in ShellText.OfRun(it))
                {
                    if (!answers && Asks(command) is { } manager)
                        yield return About(
                            subject, "VC217", Certainty.Likely, it.Instruction,
                            $"'{Shown.Safe(command.ToString(), 80)}' asks before it installs, and during a build nobody answers: {manager} ends with an error",
                            $"{manager} -y install …");
                }

                if (DownloadIntoPipe().Match(text) is { Success: true } match && !text.Contains("pipefail", StringComparison.Ordinal)
                    && it.Shell?.Any(word => word.Contains("pipefail", StringComparison.Ordinal)) != true)
                    yield return About(
                        subject, "VC218", Certainty.Hint, it.Instruction,
                        $"when the download in '{Shown.Safe(match.Value, 60)}' fails, the step succeeds all the same: a pipe ends as its last command does",
                        "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"] before it, or download to a file first");
            }
        }
    }

    private static string? Asks(ShellCommand command)
    {
        // Whoever is asked through a pipe is answered: yes | apt-get install.
        if (command.Link == ShellLink.Pipe)
            return null;

        string[] words = [.. command.Written];
        var at = Array.FindIndex(words, word => word is "apt-get" or "apt" or "yum" or "dnf" or "microdnf" or "zypper");
        // Only the command itself, behind variables such as DEBIAN_FRONTEND=noninteractive, or sudo.
        if (at < 0 || words[..at].Any(word => word != "sudo" && word != "env" && !word.Contains('=', StringComparison.Ordinal)))
            return null;

        var manager = words[at];
        string[] rest = words[(at + 1)..];
        if (!rest.Contains("install") || rest.Any(word => Silent(manager, word)))
            return null;

        return rest.Any(word => word.StartsWith('$')) ? null : manager;
    }

    private static bool Silent(string manager, string word) =>
        word is "--yes" or "--assume-yes" or "--assumeyes" or "-y" or "--non-interactive" or "--no-confirm" or "--download-only" or "--simulate" or "--dry-run" or "--help"
        || word.Contains("Assume-Yes", StringComparison.OrdinalIgnoreCase)
        || (word.StartsWith('-') && !word.StartsWith("--", StringComparison.Ordinal) && word.Any(character => character is 'y' or 's' or 'd'))
        || (manager is "apt" or "apt-get" && (word.StartsWith("-qq", StringComparison.Ordinal) || word is "--quiet=2" or "-q=2" or "--force-yes" or "--trivial-only"))
        || (manager == "zypper" && word is "-n");

    [GeneratedRegex(@"\b(?:curl|wget)\b[^|;&\n]{0,500}\|(?!\|)\s*[A-Za-z./]{1,40}", RegexOptions.CultureInvariant)]
    private static partial Regex DownloadIntoPipe();
}
