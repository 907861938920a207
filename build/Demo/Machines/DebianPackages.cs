using System.Text.RegularExpressions;

namespace PhasedRollout.Demo.Machines;

/// <summary>
/// Fetches Debian packages with <c>apt-get download</c> and unpacks them with <c>dpkg -x</c> into a folder of their own:
/// nothing is installed, no maintainer script runs, no system service appears.
/// </summary>
internal sealed partial class DebianPackages(string directory, bool noInstall, Action<string> log)
{
    /// <summary>Unpacks packages together with the libraries they need and the system lacks, unless that was done before.</summary>
    /// <param name="purpose">What they are for, as the middle of a sentence: "the Docker engine".</param>
    /// <param name="packages">Their names; of the packages they depend on, only libraries are taken.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The folder that stands for <c>/</c>.</returns>
    /// <exception cref="DemoException">This machine does not allow it, or a package could not be had.</exception>
    public async Task<string> UnpackAsync(string purpose, IReadOnlyList<string> packages, CancellationToken ct)
    {
        var folder = Path.Combine(directory, packages[0]);
        var (root, complete) = (Path.Combine(folder, "root"), Path.Combine(folder, "complete"));
        if (File.Exists(complete))
            return root;

        Allow(purpose, packages);
        using var alone = await FetchLock.TakeAsync(directory, ct);
        if (File.Exists(complete))
            return root;

        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        var archives = Directory.CreateDirectory(Path.Combine(folder, "archives")).FullName;
        var closure = await DownloadAsync(purpose, packages, archives, root, ct);
        foreach (var archive in Directory.EnumerateFiles(archives, "*.deb").Order(StringComparer.Ordinal))
            (await Command.RunAsync("dpkg", ["-x", archive, root], ct)).OrThrow($"Unpacking {Path.GetFileName(archive)}");
        Directory.Delete(archives, recursive: true);
        await File.WriteAllLinesAsync(complete, closure, ct);
        return root;
    }

    /// <summary>Of what <c>apt-get install --simulate</c> would install: the packages asked for and the libraries among the rest.</summary>
    /// <remarks>
    /// Left out: the C library (this machine's own loader goes with its own), LLVM (PostgreSQL loads it only to compile queries), development
    /// files, and Perl's and Python's modules.
    /// </remarks>
    internal static IReadOnlyList<string> Closure(IReadOnlyList<string> packages, string simulation)
    {
        var needed = InstallLine().Matches(simulation).Select(match => match.Groups["name"].Value)
            .Where(name => name.StartsWith("lib", StringComparison.Ordinal)
                           && name is not ("libc6" or "libc-bin" or "libc-l10n")
                           && !name.StartsWith("libllvm", StringComparison.Ordinal)
                           && !name.EndsWith("-dev", StringComparison.Ordinal)
                           && !name.EndsWith("-perl", StringComparison.Ordinal)
                           && !name.Contains("python", StringComparison.Ordinal));
        return [.. packages.Concat(needed).Distinct()];
    }

    [GeneratedRegex(@"^Inst (?<name>\S+)", RegexOptions.Multiline)]
    private static partial Regex InstallLine();

    private static bool Has(string program) =>
        ((string[])["/usr/bin", "/bin"]).Any(folder => File.Exists(Path.Combine(folder, program)));

    private void Allow(string purpose, IReadOnlyList<string> packages)
    {
        var list = string.Join(' ', packages);
        if (!Has("apt-get") || !Has("dpkg"))
            throw new DemoException($"This machine lacks {purpose}, and it is no Debian-like system whose packages could be used: install what Debian calls {list}.");
        if (noInstall)
            throw new DemoException($"This machine lacks {purpose}, and --no-install forbids fetching it. Install it yourself: apt-get install {list}");
        if (!Environment.IsPrivilegedProcess)
            throw new DemoException($"This machine lacks {purpose}. Run this as root, or install it yourself: sudo apt-get install {list}");
    }

    private async Task<IReadOnlyList<string>> DownloadAsync(string purpose, IReadOnlyList<string> packages, string archives, string root, CancellationToken ct)
    {
        var closure = await TryDownloadAsync(purpose, packages, archives, root, ct);
        if (closure is not null)
            return closure;

        // The lists are missing, or so old that the mirror has newer files.
        log("Debian's package lists are missing or too old: apt-get update.");
        (await Command.RunAsync("apt-get", ["update", "-q"], ct)).OrThrow("Fetching Debian's package lists");
        return await TryDownloadAsync(purpose, packages, archives, root, ct)
               ?? throw new DemoException($"Debian's packages for {purpose} could not be fetched: {_lastFailure}");
    }

    private string _lastFailure = "";

    private async Task<IReadOnlyList<string>?> TryDownloadAsync(
        string purpose, IReadOnlyList<string> packages, string archives, string root, CancellationToken ct)
    {
        var simulation = await Command.RunAsync("apt-get", ["install", "--simulate", "--no-install-recommends", .. packages], ct);
        if (simulation.ExitCode != 0)
        {
            _lastFailure = simulation.LastWords;
            return null;
        }

        var closure = Closure(packages, simulation.Output);
        log($"This machine lacks {purpose}: fetching {string.Join(' ', closure)} from Debian, unpacked into {root}. Nothing is installed into the system.");
        var download = await Command.RunAsync("apt-get", ["download", "-q", "-o", "APT::Sandbox::User=root", .. closure], ct, directory: archives);
        _lastFailure = download.LastWords;
        return download.ExitCode == 0 ? closure : null;
    }
}
