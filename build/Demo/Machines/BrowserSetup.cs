namespace PhasedRollout.Demo.Machines;

/// <summary>A headless browser to look at reports with.</summary>
/// <param name="Path">The program.</param>
/// <param name="Environment">Its variables.</param>
public sealed record BrowserProgram(string Path, IReadOnlyDictionary<string, string> Environment);

/// <summary>Finds Debian's Chromium without a window, or unpacks it.</summary>
internal sealed class BrowserSetup(MachineOptions options, DebianPackages packages)
{
    private static readonly string[] Names = ["chromium-headless-shell", "chromium"];

    public async Task<BrowserProgram> EnsureAsync(CancellationToken ct)
    {
        if (Names.Select(name => ProgramFinder.Find(name, options.SearchPath)).FirstOrDefault(path => path is not null) is { } installed)
            return new BrowserProgram(installed, new Dictionary<string, string>());

        var root = await packages.UnpackAsync("a headless browser", ["chromium-headless-shell", "chromium-common", "fonts-dejavu-core"], ct);
        var environment = DebianRoot.Environment(root, options.SearchPath);
        // Some libraries are found by a path within them that begins at the system's root: PulseAudio's and NSS's own folders.
        environment["LD_LIBRARY_PATH"] = string.Join(':', DebianRoot.LibraryFolders(root).SelectMany(folder => Directory.EnumerateDirectories(folder).Prepend(folder)));
        environment["FONTCONFIG_FILE"] = await WriteFontsAsync(root, ct);
        return new BrowserProgram(Path.Combine(root, "usr/lib/chromium/chromium-headless-shell"), environment);
    }

    // Fontconfig's own file names the system's folders, where these fonts are not.
    private static async Task<string> WriteFontsAsync(string root, CancellationToken ct)
    {
        var file = Path.Combine(root, "fonts.conf");
        await File.WriteAllTextAsync(file, $"""
            <?xml version="1.0"?>
            <!DOCTYPE fontconfig SYSTEM "fonts.dtd">
            <fontconfig>
              <dir>{Path.Combine(root, "usr/share/fonts")}</dir>
              <dir>/usr/share/fonts</dir>
              <cachedir>{Path.Combine(root, "var/cache/fontconfig")}</cachedir>
            </fontconfig>

            """, ct);
        return file;
    }
}
