using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>VC230: a script of the repository that a RUN executes has the executable bit, and the wrappers of Gradle and Maven have the files that they read.</summary>
internal sealed class ExecutedScriptRule : DockerfileRule
{
    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        var told = new HashSet<string>();
        foreach (var step in StageSteps.Of(subject, dockerfile))
        {
            if (!step.IsNeeded || Script(step) is not { } written || step.Run.Files.Look(written, step.Command.Folder).File is not { } file || !told.Add(file))
                continue;

            if (IsExecuted(step) && subject.Tree!.Find(file) is { Kind: TreeEntryKind.File } && !ChangesModes(step))
                yield return About(
                    subject, "VC230", Certainty.Likely, step.Run.Instruction.Instruction,
                    $"'{Shown.Safe(step.Command.ToString(), 80)}' executes '{file}', which is not executable in git (mode 100644): permission denied",
                    $"git update-index --chmod=+x {file}, or RUN chmod +x {written} before it, or sh {written}");
            else if (Lacks(step, written) is { } lack)
                yield return About(
                    subject, "VC230", Certainty.Likely, step.Run.Instruction.Instruction,
                    $"'{Shown.Safe(step.Command.ToString(), 80)}' reads '{lack}' beside '{file}', and nothing has brought it there",
                    subject.Tree!.Find(Beside(file, lack)) is not null ? $"COPY {lack} to the same folder before this RUN"
                        : $"git add -f {Beside(file, lack)}"
                            + (lack.EndsWith(".jar", StringComparison.Ordinal) ? ": ignore files such as those for *.jar keep it out of many repositories" : ""));
        }
    }

    private static string? Script(StageStep step) => step.Words switch
    {
        ["sh" or "bash" or "/bin/sh" or "/bin/bash", { } file, ..] => file,
        [{ } program, ..] when program.Contains('/', StringComparison.Ordinal) => program,
        _ => null,
    };

    private static bool IsExecuted(StageStep step) => step.Words[0].Contains('/', StringComparison.Ordinal) && step.Program is not ("sh" or "bash");

    private static bool ChangesModes(StageStep step) => step.Memory.Text.Contains("chmod", StringComparison.Ordinal) || step.Memory.Text.Contains("install -", StringComparison.Ordinal)
        || step.Memory.Text.Contains("update-index", StringComparison.Ordinal) || WritesWrapper(step)
        || step.Run.Before.Any(it => it.Instruction.Flag("chmod") is not null);

    // https://docs.gradle.org/current/userguide/gradle_wrapper.html, https://maven.apache.org/wrapper
    private static string? Lacks(StageStep step, string script)
    {
        string[] wanted = step.Memory.IsOpaque || WritesWrapper(step) ? [] : TreeFolders.NameOf(script) switch
        {
            "gradlew" => ["gradle/wrapper/gradle-wrapper.jar", "gradle/wrapper/gradle-wrapper.properties"],
            "mvnw" => [".mvn/wrapper/maven-wrapper.properties"],
            _ => [],
        };
        var folder = step.Command.Folder is null ? null : TreeFolders.ParentOf(StageFiles.Join(step.Command.Folder, script)) is { Length: > 0 } parent ? parent : "/";
        return wanted.FirstOrDefault(path => folder is not null && !step.Memory.Text.Contains(TreeFolders.NameOf(path), StringComparison.Ordinal) && step.Run.Files.Look(path, folder).IsAbsent);
    }

    // mvn wrapper:wrapper, mvn -N io.takari:maven:wrapper, gradle wrapper: the script, what it reads, and its mode.
    private static bool WritesWrapper(StageStep step) =>
        step.Memory.Text.Contains(":wrapper", StringComparison.Ordinal) || step.Memory.Text.Contains(" wrapper", StringComparison.Ordinal);

    private static string Beside(string file, string path) => TreeFolders.ParentOf(file) is { Length: > 0 } folder ? $"{folder}/{path}" : path;
}
