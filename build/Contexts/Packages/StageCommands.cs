using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Contexts.Packages;

/// <summary>A command that a RUN of a stage runs.</summary>
/// <param name="Run">The RUN.</param>
/// <param name="Words">Its words; a word with a variable in it holds the dollar.</param>
/// <param name="Folder">Where it runs; null when that is not known.</param>
/// <param name="Files">The files of the context that lie in the stage then.</param>
/// <param name="MustSucceed">True when the RUN fails with it.</param>
internal sealed record StageCommand(
    EvaluatedInstruction Run, IReadOnlyList<string> Words, string? Folder, StageFiles Files, bool MustSucceed)
{
    /// <summary>The file of the repository that lies at <paramref name="path"/>, seen from where the command runs; null when none is known
    /// to.</summary>
    public string? Find(string path) => Files.Find(path, Folder);

    /// <summary>The command as a person would type it.</summary>
    public override string ToString() => string.Join(' ', Words);
}

/// <summary>Reads the commands of a stage.</summary>
internal static class StageCommands
{
    /// <summary>The commands of the stage's own RUNs, in their order.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="tree">The tree of the commit.</param>
    /// <param name="context">The context's folder, from the repository's root.</param>
    public static IEnumerable<StageCommand> Read(Stage stage, RepositoryTree tree, string context) =>
        from run in StageRuns.Of(stage, tree, context)
        from command in run.Commands
        select new StageCommand(run.Instruction, command.Written, command.Folder, run.Files, command.MustSucceed);
}
