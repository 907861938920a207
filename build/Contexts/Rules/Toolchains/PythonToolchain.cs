using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Toolchains;

/// <summary>Python: pip installs no project whose <c>requires-python</c> leaves its Python out, and Poetry none whose <c>python</c> does. uv
/// fetches another Python.</summary>
internal sealed partial class PythonToolchain : Toolchain
{
    /// <inheritdoc/>
    public override string Name => "Python";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Markers =>
        ["pyenv", "conda", "--ignore-requires-python", "PIP_IGNORE_REQUIRES_PYTHON", "poetry env use", "uv python", "pyproject.toml", "mise", "asdf"];

    /// <inheritdoc/>
    public override string Reason => "the installer refuses a project that does not take its Python";

    /// <inheritdoc/>
    public override VersionNumber? VersionIn(BaseImage image) =>
        image.Repository == "python" && VersionNumber.AtStart(image.Tag) is { Parts.Count: > 1 } version ? version : null;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files(StageCommand command, RepositoryTree tree) =>
        (IsPip(command) || IsPoetry(command)) && command.Find("pyproject.toml") is { } file ? [file] : [];

    /// <inheritdoc/>
    public override ToolchainNeed? Need(StageCommand command, IReadOnlyList<string> files, Func<string, string?> read)
    {
        if (read(files[0]) is not { } text)
            return null;

        var written = TomlText.Value(text, "project", "requires-python")
            ?? (IsPoetry(command) ? TomlText.Value(text, "tool.poetry.dependencies", "python") : null);
        return written is var (value, line, source) && VersionRange.Parse(value) is { } range
            // Poetry looks for another Python on the path first.
            ? new ToolchainNeed(files[0], line, source, range) { Most = IsPoetry(command) ? Certainty.Likely : Certainty.Certain }
            : null;
    }

    private static bool IsPip(StageCommand command) => Program(command) switch
    {
        ["pip" or "pip3", "install", .. var rest] => rest.Any(word => Here().IsMatch(word)),
        ["python" or "python3", "-m", "pip", "install", .. var rest] => rest.Any(word => Here().IsMatch(word)),
        _ => false,
    };

    private static bool IsPoetry(StageCommand command) =>
        Program(command) is ["poetry", "install", ..] && !command.Words.Any(word => Elsewhere().IsMatch(word));

    [GeneratedRegex("^(?:-C|-P|--directory|--project)(?:=|$)")]
    private static partial Regex Elsewhere();

    [GeneratedRegex(@"^\./?(?:\[[^\]]*\])?\z")]
    private static partial Regex Here();
}
