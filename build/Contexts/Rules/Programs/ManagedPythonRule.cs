using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>VC235: pip installs into no Python that belongs to the system (PEP 668): of Alpine from 3.19 on, of Debian from 12 on, of Ubuntu from 23.04 on.</summary>
internal sealed partial class ManagedPythonRule : DockerfileRule
{
    private const int FirstAlpine = 319;
    private const int FirstUbuntu = 2304;

    // With these it goes elsewhere, or nowhere.
    private static readonly string[] Elsewhere = ["--target", "-t", "--prefix", "--root", "--dry-run", "--help", "--python"];

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        var told = new HashSet<int>();
        foreach (var step in StageSteps.Of(subject, dockerfile))
        {
            if (!step.IsNeeded || !Installs(step) || step.Image.Repository == "python" || SystemRelease.Of(step.Image) is not { } release
                || !(release.Alpine >= FirstAlpine || release.Debian >= SystemRelease.Bookworm || release.Ubuntu >= FirstUbuntu)
                || OtherPython().IsMatch(step.Memory.Text) || OtherPython().IsMatch(step.Command.ToString()) || !SystemPython().IsMatch(step.Memory.Text) || !told.Add(step.Run.Stage.Index))
                continue;

            yield return About(
                subject, "VC235", Certainty.Likely, step.Run.Instruction.Instruction,
                $"'{Shown.Safe(step.Command.ToString(), 80)}' installs into the Python of {release.Name}, on which {step.Run.Stage.BaseImage} is built: error: externally-managed-environment",
                "RUN python3 -m venv /opt/venv && /opt/venv/bin/pip install …, with ENV PATH=/opt/venv/bin:$PATH; or pip install --break-system-packages …; or FROM python:3.12");
        }
    }

    private static bool Installs(StageStep step) => step.Words.ToArray() switch
    {
        [var program, "-m", "ensurepip", ..] when Python().IsMatch(program) => true,
        [var program, "-m", "pip", .. var rest] when Python().IsMatch(program) => InstallsHere(rest),
        [var program, .. var rest] when Pip().IsMatch(program) => InstallsHere(rest),
        _ => false,
    };

    private static bool InstallsHere(string[] words) =>
        words.FirstOrDefault(word => !word.StartsWith('-')) == "install" && !words.Any(GoesElsewhere);

    private static bool GoesElsewhere(string word) => Elsewhere.Any(option => word == option || word.StartsWith($"{option}=", StringComparison.Ordinal));

    [GeneratedRegex(@"^(?:/usr/bin/)?pip3?\z")]
    private static partial Regex Pip();

    [GeneratedRegex(@"^(?:/usr/bin/)?python3?\z")]
    private static partial Regex Python();

    // Another Python, a place of its own, or the mark taken away.
    [GeneratedRegex(
        @"break.system.packages|virtualenv|\bvenv\b|EXTERNALLY-MANAGED|pipx|conda|mamba|pyenv|get-pip|deadsnakes|\buv\b|/opt/python|pypy|pip\.conf|pip config|Python-[23]\.",
        RegexOptions.IgnoreCase)]
    private static partial Regex OtherPython();

    // A package of the system has brought pip or Python.
    [GeneratedRegex(@"\b(?:apk|apt|apt-get)\b[^\n]*\b(?:py3?-pip|python3?)|python3-pip|py3-pip")]
    private static partial Regex SystemPython();
}
