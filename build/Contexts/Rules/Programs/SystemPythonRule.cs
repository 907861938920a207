using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>VC235: pip does not install into the Python that the packages of a system keep for themselves (PEP 668).</summary>
internal sealed class SystemPythonRule : DockerfileRule
{
    // The first releases whose Python carries the mark EXTERNALLY-MANAGED.
    private const int FirstAlpine = 19;
    private const int FirstUbuntu = 2304;

    // Another Python, or one that lets pip in.
    private static readonly string[] Helpers =
        ["EXTERNALLY-MANAGED", "break-system-packages", "BREAK_SYSTEM_PACKAGES", "venv", "virtualenv", "pip.conf", "get-pip", "conda", "pyenv", "PYTHONUSERBASE",
            "python3.", "update-alternatives"];

    private static readonly string[] ElsewhereOptions = ["-t", "--target", "--prefix", "--root", "--python", "--dry-run", "--break-system-packages"];

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        var told = new HashSet<int>();
        foreach (var step in StageSteps.Of(subject, dockerfile))
        {
            // The pip of the images of Python is of another Python, and so may be one that no package of the system brought.
            if (!step.IsNeeded || step.Image.Repository == "python" || step.Memory.IsOpaque || !Installs(step.Words) || System(step) is not { } system
                || !(step.Memory.Text.Contains("py3-pip", StringComparison.Ordinal) || step.Memory.Text.Contains("python3-pip", StringComparison.Ordinal))
                || Helpers.Any(helper => step.Memory.Text.Contains(helper, StringComparison.Ordinal) || step.Command.Written.Any(word => word.Contains(helper, StringComparison.Ordinal)))
                || !told.Add(step.Run.Stage.Index))
                continue;

            yield return About(
                subject, "VC235", Certainty.Likely, step.Run.Instruction.Instruction,
                $"'{Shown.Safe(step.Command.ToString(), 80)}' installs into the Python of {system}, which the system's packages keep for themselves: "
                    + "error: externally-managed-environment",
                "RUN python3 -m venv /venv, ENV PATH=/venv/bin:$PATH and pip behind it (Debian and Ubuntu: with the package python3-venv); or pip install --break-system-packages");
        }
    }

    private static bool Installs(IReadOnlyList<string> words)
    {
        string[] rest = words.ToArray() switch
        {
            ["pip" or "pip3" or "/usr/bin/pip" or "/usr/bin/pip3", .. var more] => more,
            ["python" or "python3" or "/usr/bin/python3", "-m", "pip", .. var more] => more,
            _ => [],
        };
        return rest.SkipWhile(word => word.StartsWith('-')).FirstOrDefault() == "install"
            && !rest.Any(word => ElsewhereOptions.Any(option => word == option || word.StartsWith(option + "=", StringComparison.Ordinal)));
    }

    private static string? System(StageStep step) =>
        ImageReleases.AlpineOf(step.Image) is >= FirstAlpine ? "Alpine Linux 3.19 and later"
        : ImageReleases.Of(step.Image) is var (name, debian, ubuntu) && (debian >= ImageReleases.Bookworm || ubuntu >= FirstUbuntu) ? name
        : null;
}
