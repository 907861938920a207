namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>An image that a Dockerfile is built, copied or mounted from and that no stage of it makes.</summary>
/// <param name="Name">The image as written, variables expanded.</param>
/// <param name="Instruction">The instruction that names it.</param>
public sealed record NeededImage(string Name, Instruction Instruction)
{
    /// <summary>The platform that the instruction names for it, as written; null when it is the build's.</summary>
    public string? OwnPlatform => Instruction.Flag("platform");

    /// <summary>Those of the stages that BuildKit builds. What depends on an unknown value is left out.</summary>
    public static IEnumerable<NeededImage> Of(EvaluatedDockerfile dockerfile) => dockerfile.Stages.Where(dockerfile.IsNeeded).SelectMany(stage => Of(stage, dockerfile));

    private static IEnumerable<NeededImage> Of(Stage stage, EvaluatedDockerfile dockerfile)
    {
        if (stage is { IsReplaced: false, Parent: null, BaseName: { Length: > 0 } and not "scratch" })
            yield return new NeededImage(stage.BaseName, stage.From);

        foreach (var it in stage.Instructions)
        {
            var sources = it.Mounts.Select(mount => mount.From).Append(it.Instruction.Keyword == "COPY" ? it.Instruction.Flag("from") : null);
            foreach (var source in sources.OfType<string>())
                if (dockerfile.Find(source) is null && !IsNamedContext(dockerfile, source) && !int.TryParse(source, out _))
                    yield return new NeededImage(source, it.Instruction);
        }
    }

    private static bool IsNamedContext(EvaluatedDockerfile dockerfile, string name) =>
        dockerfile.Inputs.NamedContexts.Contains(name, StringComparer.OrdinalIgnoreCase);
}
