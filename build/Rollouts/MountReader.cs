using System.Text.RegularExpressions;
using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>Reads <c>volumes</c> and <c>tmpfs</c>. Relative host paths start at the folder of the compose file.</summary>
internal sealed partial class MountReader(FieldReader fields, string folder, List<UndeployableKey> undeployable)
{
    /// <summary>The mounts of a service.</summary>
    public IReadOnlyList<MountDefinition> Read(ComposeMapping service, string where)
    {
        var mounts = new List<MountDefinition>();
        if (service["volumes"] is ComposeSequence list)
        {
            for (var i = 0; i < list.Items.Count; i++)
            {
                var at = FormattableString.Invariant($"{where}/volumes/{i}");
                if ((list.Items[i] is ComposeMapping mapping ? Long(mapping, at) : Short(list.Items[i], at)) is { } mount)
                    mounts.Add(mount);
            }
        }

        // "/run:size=64m,mode=1777". What the engine would refuse blocks before anything is touched.
        foreach (var text in fields.Texts(service["tmpfs"], $"{where}/tmpfs"))
        {
            var parts = text.Split(':', 2);
            var options = parts.Length > 1 && parts[1].Length > 0 ? parts[1] : null;
            if (options?.Split(',').All(IsTmpfsOption) == false)
                undeployable.Add(new UndeployableKey($"{where}/tmpfs", service["tmpfs"]!.Location));
            mounts.Add(new MountDefinition("tmpfs", null, parts[0], false) { Options = options });
        }

        return mounts;
    }

    // Of those that moby takes (volume/mounts, pkg/mount: ValidateTmpfsMountDestination, MergeTmpfsOptions); a variable without a value is asked for elsewhere.
    private static bool IsTmpfsOption(string option) => option.Contains('$', StringComparison.Ordinal) || TmpfsOption().IsMatch(option);

    private string? TmpfsOptions(ComposeMapping? tmpfs, string where)
    {
        var size = fields.Bytes(tmpfs?["size"], $"{where}/size");
        var mode = fields.Value(tmpfs?["mode"], $"{where}/mode", Mode, "permissions such as 0o1777");
        string?[] options = [size is null ? null : FormattableString.Invariant($"size={size}"), mode is null ? null : $"mode={Convert.ToString(mode.Value, 8)}"];
        return options.OfType<string>().ToArray() is { Length: > 0 } given ? string.Join(',', given) : null;
    }

    // As YAML reads numbers: octal behind a zero, else decimal, which then is what the engine gets.
    private static int? Mode(string text)
    {
        try
        {
            return text.Length is 0 or > 9 || !text.All(character => char.IsAsciiDigit(character) || character == 'o') ? null
                : text.StartsWith("0o", StringComparison.Ordinal) ? Convert.ToInt32(text[2..], 8)
                : text[0] == '0' ? Convert.ToInt32(text, 8)
                : Convert.ToInt32(text, 10);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    [GeneratedRegex("^(?:size=[0-9]{1,15}[kKmMgG%]?|mode=[0-7]{3,5}|(?:uid|gid|nr_inodes|nr_blocks)=[0-9]{1,15}[kKmMgG]?|ro|rw|(?:no)?(?:exec|suid|dev|atime|diratime|relatime|strictatime)|defaults)\\z")]
    private static partial Regex TmpfsOption();

    private MountDefinition? Short(ComposeNode node, string where)
    {
        if (fields.Text(node, where) is not { } text)
            return null;

        // Windows' drive letters are not read: the target of a deployment is Linux.
        var parts = text.Split(':');
        if (parts.Length > 3 || parts.Any(part => part.Length == 0))
        {
            fields.Wrong(where, $"'{text}' is no volume", "write 'volume:/path', '/host/path:/path' or '/path', with ':ro' for read-only", node);
            return null;
        }

        if (parts.Length == 1)
            return new MountDefinition("volume", null, parts[0], false);

        var options = parts.Length == 3 ? parts[2].Split(',') : [];
        if (options.Any(option => option is not ("ro" or "rw")))
            undeployable.Add(new UndeployableKey(where, node.Location));

        var isBind = parts[0][0] is '/' or '.' or '~';
        return new MountDefinition(isBind ? "bind" : "volume", isBind ? Absolute(parts[0]) : parts[0], parts[1], options.Contains("ro"));
    }

    private MountDefinition? Long(ComposeMapping mapping, string where)
    {
        var type = fields.Text(mapping["type"], $"{where}/type") ?? "volume";
        var source = fields.Text(mapping["source"], $"{where}/source");
        var readOnly = fields.Flag(mapping["read_only"], $"{where}/read_only") ?? false;
        if (fields.Text(mapping["target"], $"{where}/target") is not { Length: > 0 } target)
        {
            fields.Wrong(where, "'target' is missing", "write the path in the container as 'target'", mapping);
            return null;
        }

        if (type is not ("bind" or "volume" or "tmpfs"))
        {
            undeployable.Add(new UndeployableKey($"{where}/type", mapping["type"]!.Location));
            return null;
        }

        if (type == "bind" && source is null)
        {
            fields.Wrong(where, "'source' is missing", "write the path on the host as 'source'", mapping);
            return null;
        }

        return new MountDefinition(type, type == "bind" ? Absolute(source!) : source, target, readOnly)
        {
            Options = type == "tmpfs" ? TmpfsOptions(mapping["tmpfs"] as ComposeMapping, $"{where}/tmpfs") : null,
        };
    }

    private string Absolute(string path)
    {
        if (path is "~" || path.StartsWith("~/", StringComparison.Ordinal))
            return Path.GetFullPath(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..]);

        // A path whose variable has no value yet stays as written.
        return path.StartsWith('$') || path.Contains('\0', StringComparison.Ordinal) ? path : Path.GetFullPath(Path.Combine(folder, path));
    }
}
