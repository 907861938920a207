namespace PhasedRollout.Demo.Machines;

/// <summary>Where a <see cref="Machine"/> keeps its things, and where it looks.</summary>
public sealed record MachineOptions
{
    /// <summary>What is started keeps its data, logs and records here; deleted by <see cref="Machine.RemoveAsync"/>.</summary>
    public required string Directory { get; init; }

    /// <summary>Debian's packages are unpacked here; kept, so that a second time needs no download.</summary>
    public required string PackagesDirectory { get; init; }

    /// <summary>Never fetch what is missing; say what it is instead.</summary>
    public bool NoInstall { get; init; }

    /// <summary>Folders in which programs are looked for.</summary>
    public IReadOnlyList<string> SearchPath { get; init; } = DefaultSearchPath();

    /// <summary>The socket of the engine that is used or started when <see cref="DockerHost"/> is null.</summary>
    public string DockerSocket { get; init; } = "/var/run/docker.sock";

    /// <summary>The engine that the user chose (<c>DOCKER_HOST</c>), or null.</summary>
    public string? DockerHost { get; init; }

    /// <summary>The process in whose network namespace an engine is started, so that it stands beside another one; null for ours.</summary>
    public int? EngineNamespaceOf { get; init; }

    /// <summary>Look for nothing outside <see cref="SearchPath"/>, as on a machine that has nothing installed.</summary>
    public bool IgnoreSystemPrograms { get; init; }

    /// <summary>Measures deadlines.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    private static List<string> DefaultSearchPath()
    {
        List<string> folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)];
        folders.AddRange(["/usr/local/sbin", "/usr/sbin", "/sbin"]);
        return folders;
    }
}
