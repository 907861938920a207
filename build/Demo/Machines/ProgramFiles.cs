using System.Text.RegularExpressions;

namespace PhasedRollout.Demo.Machines;

/// <summary>Programs of this machine with every shared library they load, ready to be put into an image.</summary>
/// <param name="Files">Path in the image, without a slash in front, to the file on this machine.</param>
internal sealed partial record ProgramFiles(IReadOnlyDictionary<string, string> Files)
{
    /// <summary>Asks the loader (<c>ldd</c>) what the programs need.</summary>
    public static async Task<ProgramFiles> CollectAsync(
        IReadOnlyList<(string Name, string Path, Dictionary<string, string> Environment)> programs, CancellationToken ct)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, path, environment) in programs)
        {
            files[$"usr/bin/{name}"] = path;
            var listing = (await Command.RunAsync("ldd", [path], ct, environment)).OrThrow($"Looking up the libraries of {path}").Output;
            if (MissingLibrary().Match(listing) is { Success: true } missing)
                throw new DemoException($"{path} needs {missing.Groups["name"].Value}, which this machine lacks.");
            foreach (var library in Libraries().Matches(listing).Select(match => match.Groups))
                files[library["soname"] is { Success: true } soname ? $"lib/{Triplet(listing)}/{soname.Value}" : library["path"].Value.TrimStart('/')] = library["path"].Value;
        }

        return new ProgramFiles(files);
    }

    /// <summary>Debian's name for this architecture, whose folder below <c>/lib</c> the loader searches.</summary>
    private static string Triplet(string listing) => TripletFolder().Match(listing).Groups["triplet"].Value;

    // "libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)" is a library, "/lib64/ld-linux-x86-64.so.2 (0x…)" the loader itself.
    [GeneratedRegex(@"^\s*(?:(?<soname>\S+) => )?(?<path>/\S+) \(0x", RegexOptions.Multiline)]
    private static partial Regex Libraries();

    [GeneratedRegex(@"^\s*(?<name>\S+) => not found", RegexOptions.Multiline)]
    private static partial Regex MissingLibrary();

    [GeneratedRegex(@"/lib/(?<triplet>[^/\s]+)/libc\.so")]
    private static partial Regex TripletFolder();
}
