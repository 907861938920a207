using System.Text.RegularExpressions;
using PhasedRollout.Compose;

namespace PhasedRollout.Phases;

/// <summary>Rewrites the relative paths of a Compose document for a file in another folder. The places are those that Compose resolves against
/// the folder of its file (compose-go v2, <c>paths/resolve.go</c>). A path that begins with a variable is taken to be absolute; the default
/// that it carries is rewritten.</summary>
internal sealed partial class RelativePaths
{
    private readonly string prefix;

    /// <summary>Paths relative to the folder <paramref name="from"/> become relative to the folder <paramref name="to"/>.</summary>
    public RelativePaths(string from, string to) =>
        prefix = Path.GetRelativePath(Path.GetFullPath(to), Path.GetFullPath(from)).Replace('\\', '/');

    /// <summary>The document with its paths rewritten.</summary>
    public ComposeMapping Rewrite(ComposeMapping root) => prefix == "." ? root : (ComposeMapping)Visit(root, "");

    private ComposeNode Visit(ComposeNode node, string path) => node switch
    {
        ComposeScalar { Text: { } text } scalar => scalar with { Text = Rewrite(text, path) },
        ComposeMapping mapping when Mount().IsMatch(path) && mapping["type"].Text() == "bind" && mapping["source"].Text() is { } source =>
            mapping.With("source", ((ComposeScalar)mapping["source"]!) with { Text = Move(source) }),
        ComposeMapping mapping when DriverOptions().IsMatch(path) && IsBind(mapping) && mapping["device"].Text() is { } device =>
            mapping.With("device", ((ComposeScalar)mapping["device"]!) with { Text = Move(device) }),
        ComposeMapping mapping => mapping.Select(entry => Visit(entry.Value, $"{path}/{entry.Key}")),
        ComposeSequence sequence => sequence with { Items = [.. sequence.Items.Select(item => Visit(item, path + "/*"))] },
        _ => node,
    };

    private string Rewrite(string text, string path)
    {
        if (Context().IsMatch(path))
            return MoveContext(text);
        if (NamedContext().IsMatch(path) && text.Split('=', 2) is [var name, var value])
            return $"{name}={MoveContext(value)}";
        if (NamedContext().IsMatch(path) && !path.EndsWith('*'))
            return MoveContext(text);
        if (Mount().IsMatch(path))
            return MoveMount(text);
        return PlainPath().IsMatch(path) ? Move(text) : text;
    }

    private string MoveContext(string text) => Remote().IsMatch(text) ? text : Move(text);

    // SOURCE:TARGET[:MODE]; a source without a leading dot, slash or tilde is the key of a volume.
    private string MoveMount(string text)
    {
        var end = VariableText.IndexOutsideVariables(text, ':');
        if (end < 0)
            return text;

        var source = text[..end];
        var isPath = source.StartsWith('.') || VariableText.SplitArgument(source) is { Argument: ['.', ..] };
        return isPath ? Move(source) + text[end..] : text;
    }

    private string Move(string text)
    {
        if (VariableText.SplitArgument(text) is var (before, argument, rest))
            return before + MoveContext(argument) + rest;
        if (text.Length == 0 || text[0] is '/' or '~' or '\\' or '$' || DriveLetter().IsMatch(text))
            return text;

        var moved = text == "." ? prefix : $"{prefix}/{(text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text)}";
        return moved[0] is '.' or '/' ? moved : "./" + moved;
    }

    private static bool IsBind(ComposeMapping options) =>
        options["o"].Text()?.Split(',').Contains("bind") == true && options["type"].Text() is null or "none";

    [GeneratedRegex("^/services/[^/]+/build(/context)?$")]
    private static partial Regex Context();

    [GeneratedRegex("^/services/[^/]+/build/(additional_contexts|ssh)/[^/]+$")]
    private static partial Regex NamedContext();

    [GeneratedRegex(@"^/services/[^/]+/volumes/\*$")]
    private static partial Regex Mount();

    [GeneratedRegex("^/volumes/[^/]+/driver_opts$")]
    private static partial Regex DriverOptions();

    [GeneratedRegex(@"^/services/[^/]+/((env_file|label_file)(/\*(/path)?)?|extends/file|develop/watch/\*/path)$"
        + @"|^/(configs|secrets)/[^/]+/file$|^/include/\*(/(path|env_file|project_directory)(/\*)?)?$")]
    private static partial Regex PlainPath();

    // What Compose takes for a context that is not a folder of this machine.
    [GeneratedRegex(@"^([A-Za-z][A-Za-z0-9+.-]*:(?!\\)|github\.com/|git@)")]
    private static partial Regex Remote();

    [GeneratedRegex(@"^[A-Za-z]:[\\/]")]
    private static partial Regex DriveLetter();
}
