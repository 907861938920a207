namespace PhasedRollout.Demo.Machines;

/// <summary>Docker Compose 2.26 and buildx from Debian 13, unpacked beside the system: the peer to measure against, and to live beside.</summary>
/// <param name="folder">Where they are.</param>
internal sealed class ComposeProgram(string folder)
{
    /// <summary>The <c>docker-compose</c> to start.</summary>
    public string Executable => Path.Combine(Plugins, "docker-compose");

    /// <summary>The <c>docker-buildx</c> to start.</summary>
    public string Buildx => Path.Combine(Plugins, "docker-buildx");

    /// <summary>The value of <c>DOCKER_CONFIG</c>: both programs look for each other below it.</summary>
    public string Configuration => Path.Combine(folder, "configuration");

    private string Plugins => Path.Combine(folder, "root", "usr/libexec/docker/cli-plugins");

    /// <summary>Fetches the programs, unless they are there.</summary>
    /// <param name="folder">Where they go.</param>
    /// <param name="noInstall">Forbids fetching.</param>
    /// <param name="log">Told what is done.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="DemoException">They cannot be had.</exception>
    public static async Task<ComposeProgram> EnsureAsync(string folder, bool noInstall, Action<string> log, CancellationToken ct)
    {
        var program = new ComposeProgram(folder);
        if (Directory.Exists(program.Configuration))
            return program;
        if (noInstall)
            throw new DemoException("Docker Compose 2.26 of Debian 13 is needed, and --no-install forbids fetching it.");

        using var alone = await FetchLock.TakeAsync(Path.GetDirectoryName(folder)!, ct);
        if (Directory.Exists(program.Configuration))
            return program;

        var (lists, archives) = (Path.Combine(folder, "lists"), Path.Combine(folder, "archives"));
        Directory.CreateDirectory(Path.Combine(lists, "partial"));
        Directory.CreateDirectory(archives);
        var sources = Path.Combine(folder, "sources.list");
        await File.WriteAllTextAsync(sources, "deb http://deb.debian.org/debian trixie main\n", ct);
        string[] apart =
        [
            "-o", $"Dir::Etc::sourcelist={sources}", "-o", "Dir::Etc::sourceparts=-", "-o", $"Dir::State::lists={lists}",
            "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=", "-o", "APT::Sandbox::User=root",
        ];
        log($"Fetching docker-compose and docker-buildx of Debian 13, unpacked into {folder}. Nothing is installed into the system.");
        (await Command.RunAsync("apt-get", [.. apart, "update", "-q"], ct)).OrThrow("Fetching Debian 13's package lists");
        (await Command.RunAsync("apt-get", [.. apart, "download", "-q", "docker-compose", "docker-buildx"], ct, directory: archives)).OrThrow("Fetching Docker Compose");
        foreach (var archive in Directory.EnumerateFiles(archives, "*.deb"))
            (await Command.RunAsync("dpkg", ["-x", archive, Path.Combine(folder, "root")], ct)).OrThrow("Unpacking Docker Compose");

        // Made last: it says that everything before was done.
        var incomplete = program.Configuration + ".new";
        Directory.CreateDirectory(Path.Combine(incomplete, "cli-plugins"));
        foreach (var plugin in (string[])[program.Executable, program.Buildx])
            File.CreateSymbolicLink(Path.Combine(incomplete, "cli-plugins", Path.GetFileName(plugin)), plugin);
        Directory.Move(incomplete, program.Configuration);
        return program;
    }
}
