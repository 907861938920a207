using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Shells;

namespace PhasedRollout.Contexts.Packages;

/// <summary>A RUN of a stage.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Instruction">The RUN.</param>
/// <param name="Before">What comes before it, the stages below first.</param>
/// <param name="Files">The files of the repository that it sees.</param>
internal sealed record StageRun(Stage Stage, EvaluatedInstruction Instruction, IReadOnlyList<EvaluatedInstruction> Before, StageFiles Files)
{
    /// <summary>Its commands.</summary>
    public IReadOnlyList<ShellCommand> Commands { get; } = ShellText.OfRun(Instruction);

    /// <summary>All that the RUNs before it say, and what it says itself.</summary>
    public string Texts => string.Join('\n', Before.Append(Instruction).Where(it => it.Instruction.Keyword == "RUN")
        .SelectMany(it => it.Instruction.Texts));
}

/// <summary>Goes through the RUNs of a stage.</summary>
internal static class StageRuns
{
    /// <summary>The folder in which a base image begins, which is not known.</summary>
    public const string BaseFolder = "/?";

    /// <summary>The RUNs of <paramref name="stage"/>, not those of the stages below.</summary>
    public static IEnumerable<StageRun> Of(Stage stage, RepositoryTree tree, string context, Func<TreeEntry, bool>? isSent = null)
    {
        var all = Instructions(stage);
        for (var i = all.Count - stage.Instructions.Count; i < all.Count; i++)
            if (all[i] is { Instruction.Keyword: "RUN" } run)
                yield return new StageRun(stage, run, all[..i], new StageFiles(tree, context, all[..i], run, isSent));
    }

    /// <summary>The instructions of the stages below and of <paramref name="stage"/>. Which folder the base image begins in is not known; that it is the same one up
    /// to the first WORKDIR is.</summary>
    public static List<EvaluatedInstruction> Instructions(Stage stage)
    {
        var all = new List<EvaluatedInstruction>(stage.Instructions);
        for (var parent = stage.Parent; parent is not null; parent = parent.Parent)
            all.InsertRange(0, parent.Instructions);

        var first = all.FindIndex(it => it.Instruction.Keyword == "WORKDIR");
        return [.. all.Select((it, i) => first < 0 || i < first ? it with { WorkingDirectory = it.WorkingDirectory ?? BaseFolder } : it)];
    }
}
