using System.Diagnostics;
using PhasedRollout.Contexts;
using PhasedRollout.Tests.Deployment;

namespace PhasedRollout.Tests.Scenarios;

/// <summary>Debian's static busybox, from which images are made where none can be pulled.</summary>
internal static class BusyBox
{
    private static readonly Lazy<Task<byte[]>> Program = new(FindAsync);

    /// <summary>The program's bytes.</summary>
    public static Task<byte[]> BytesAsync() => Program.Value;

    /// <summary>Adds a context whose image runs <paramref name="command"/> in a shell.</summary>
    public static async Task<MemoryRepository> WithServiceAsync(this MemoryRepository repository, string path, string command, string extra = "") => repository
        .With($"{path}/busybox", await BytesAsync(), TreeEntryKind.Executable)
        .With($"{path}/Dockerfile", $"""
            FROM scratch
            COPY busybox /bin/busybox
            RUN ["/bin/busybox", "--install", "-s", "/bin"]
            {extra}
            CMD ["/bin/sh", "-c", "{command}"]
            """);

    private static async Task<byte[]> FindAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), "phased-rollout-busybox");
        var program = Path.Combine(folder, "bin", "busybox");
        if (!File.Exists(program))
        {
            var scratch = Directory.CreateTempSubdirectory("phased-rollout-busybox-").FullName;
            await RunAsync(scratch, "apt-get", "download", "busybox-static");
            await RunAsync(scratch, "dpkg", "-x", Directory.GetFiles(scratch, "*.deb").ShouldHaveSingleItem(), scratch);
            try
            {
                Directory.Move(scratch, folder);
            }
            catch (IOException) when (File.Exists(program))
            {
                // Another test run was quicker.
            }
        }

        return await File.ReadAllBytesAsync(program);
    }

    private static async Task RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await errors);
    }
}
