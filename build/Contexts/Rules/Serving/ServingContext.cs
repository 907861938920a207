using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Shells;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>What a program of the container sees: its environment, and the files of the context that are known.</summary>
internal sealed class ServingContext(ServiceSubject subject)
{
    private const string NginxFolder = "/etc/nginx";

    private readonly Stage? stage = subject.Image;

    /// <summary>The image at the bottom; null when it is not known.</summary>
    public BaseImage? Image { get; } = BaseImage.Of(subject.Image is { } target ? target.BaseImage : subject.Service.Build is null ? subject.Service.Image : null);

    /// <summary>The value of a variable in the container: null when it is unset, <see cref="ShellText.Unknown"/> when that is not known.</summary>
    public string? Variable(string name)
    {
        if (subject.Service.Environment.TryGetValue(name, out var own))
            return own is null || ComposeText.HasVariable(own) ? ShellText.Unknown : own;
        // It may be set there.
        if (subject.Service.HasUnreadEnvFile)
            return ShellText.Unknown;
        if (stage?.Environment.TryGetValue(name, out var set) == true)
            return set ?? ShellText.Unknown;

        return Image?.Variable(name);
    }

    /// <summary>The value of a variable as a port: null when it is unset; no port when it is not known.</summary>
    public (bool IsSet, int? Port) PortVariable(string name) => Variable(name) is { } value ? (true, Ports.Parse(value)) : (false, null);

    /// <summary>True when the context holds a file of that name at its root or one folder below: a server that reads it by itself may do something else.</summary>
    public bool HasFile(params string[] names) => subject.Tree is { } tree && names.Any(name =>
        tree.Find(subject.InContext(name)) is not null
        || tree.Below(subject.Context!.Reference.Path).Any(entry => entry.Kind == TreeEntryKind.File && entry.Path.EndsWith("/" + name, StringComparison.Ordinal)));

    /// <summary>The text of a script of the context that the image has under <paramref name="program"/>: the only file of that name; null when it is not known.</summary>
    public string? Script(string program) => Find(subject, program) is { } path ? subject.Text(path) : null;

    /// <summary>The scripts of package.json; null when there is none, or a dependency of it was not read.</summary>
    public string? Package => subject.Context is null ? null : subject.Text(subject.InContext("package.json"));

    /// <summary>The path in the repository of the file that the image has under <paramref name="program"/>; null when there is not exactly one of that name.</summary>
    public static string? Find(ServiceSubject subject, string program)
    {
        if (subject.Tree is not { Complete: true } tree || subject.Context is not { } context)
            return null;

        var name = program[(program.LastIndexOf('/') + 1)..];
        var found = tree.Below(context.Reference.Path)
            .Where(entry => entry.Kind is TreeEntryKind.File or TreeEntryKind.Executable
                && (entry.Path == name || entry.Path.EndsWith("/" + name, StringComparison.Ordinal))
                && !entry.Path.Contains("/node_modules/", StringComparison.Ordinal))
            .Take(2)
            .ToList();
        return found is [var only] ? only.Path : null;
    }

    /// <summary>The configuration files of nginx that the image is given, in the order in which they are copied: the path in the repository, or null for what is not a
    /// file of the context; empty when it keeps its own.</summary>
    public static IReadOnlyList<string?> NginxFiles(ServiceSubject subject)
    {
        var files = new List<string?>();
        foreach (var copy in All(subject.Image).Where(it => it.Instruction.Keyword is "COPY" or "ADD"))
        {
            var target = copy.Arguments is [.., { } last] && (last.StartsWith('/') || copy.WorkingDirectory is not null) ? StageFiles.Join(copy.WorkingDirectory ?? "/", last) : null;
            var sources = copy.Arguments.SkipLast(1).Select(source => source is not null && copy.Instruction.Flag("from") is null
                && subject.Tree?.Find(subject.InContext(GoPath.Clean("/" + source)[1..])) is { Kind: TreeEntryKind.File or TreeEntryKind.Executable } entry ? entry.Path : null).ToList();
            if (target?.StartsWith(NginxFolder, StringComparison.Ordinal) == true)
                files.AddRange(sources);
            // A folder may hold that one; scripts of the image's entrypoint change what they like.
            else if (target is null || (Holds(target) && sources.Contains(null)) || target.StartsWith("/docker-entrypoint.d", StringComparison.Ordinal))
                files.Add(null);
        }

        if (subject.Service.Mounts.Any(mount => mount.Target.StartsWith(NginxFolder, StringComparison.Ordinal) || Holds(mount.Target)
            || mount.Target.StartsWith("/docker-entrypoint.d", StringComparison.Ordinal)))
            files.Add(null);

        return files;
    }

    /// <summary>The subject's text of a file.</summary>
    public string? Text(string path) => subject.Text(path);

    /// <summary>The nginx files with their texts; null texts are not known.</summary>
    public IReadOnlyList<string?> NginxTexts() => [.. NginxFiles(subject).Select(path => path is null ? null : subject.Text(path))];

    /// <summary>True when a RUN of the final stage speaks of <paramref name="word"/>, or works in a folder that does.</summary>
    public bool IsMentioned(string word) => All(stage).Any(it => it.Instruction.Keyword == "RUN"
        && (it.Instruction.Texts.Any(text => text.Contains(word, StringComparison.Ordinal)) || it.WorkingDirectory?.Contains(word, StringComparison.Ordinal) == true));

    /// <summary>True when the final stage copies something whose path speaks of <paramref name="word"/>, or the service mounts it.</summary>
    public bool IsCopied(string word) => All(stage).Any(it => it.Instruction.Keyword is "COPY" or "ADD"
            && (it.Instruction.Text.Contains(word, StringComparison.Ordinal) || it.WorkingDirectory?.Contains(word, StringComparison.Ordinal) == true))
        || subject.Service.Mounts.Any(mount => mount.Target.Contains(word, StringComparison.Ordinal) || mount.Source?.Contains(word, StringComparison.Ordinal) == true);

    // The final stage's and those of the stages below it.
    private static List<EvaluatedInstruction> All(Stage? stage) => stage is null ? [] : StageRuns.Instructions(stage);

    private static bool Holds(string folder) => $"{NginxFolder}/".StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);
}
