using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PhasedRollout.Demo;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Tests.Demo.Machines;

public sealed class DetachedProcessesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phased-rollout-processes-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private DetachedProcesses Processes => new(_folder, TimeProvider.System);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_detached_process_is_found_again_by_its_record_leads_a_session_of_its_own_and_ends_when_told()
    {
        var record = Processes.Start(new DetachedProgram("sleeper", "/bin/sleep", ["60"]));
        await Processes.WaitUntilAsync(record, _ => Task.FromResult(SessionOf(record.Pid) == record.Pid), TimeSpan.FromSeconds(5), Ct);

        Processes.Find("sleeper").ShouldBe(record);
        (await Processes.StopAsync("sleeper", Ct)).ShouldBeTrue();
        Processes.Find("sleeper").ShouldBeNull();
        (await Processes.StopAsync("sleeper", Ct)).ShouldBeFalse();
    }

    [Fact]
    public void A_process_with_a_recycled_id_is_not_taken_for_ours()
    {
        using var self = Process.GetCurrentProcess();
        var record = ProcessRecord.Of("self", self.Id)!;

        record.IsRunning.ShouldBeTrue();
        (record with { StartTicks = record.StartTicks - 1 }).IsRunning.ShouldBeFalse();
        (record with { Boot = "another boot" }).IsRunning.ShouldBeFalse();
    }

    [Fact]
    public async Task A_process_that_ends_before_it_is_ready_fails_with_its_last_words()
    {
        var record = new ProcessRecord("failing", int.MaxValue, 1, "no boot");
        await File.WriteAllTextAsync(Processes.LogFile("failing"), "could not bind\n", Ct);

        var error = await Should.ThrowAsync<DemoException>(
            () => Processes.WaitUntilAsync(record, _ => Task.FromResult(false), TimeSpan.FromSeconds(5), Ct));

        error.Message.ShouldContain("failing ended.");
        error.Message.ShouldContain("could not bind");
    }

    [Fact]
    public void The_holder_of_a_port_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        PortHolder.IsFree(IPAddress.Loopback, port).ShouldBeFalse();
        PortHolder.Describe(port).ShouldStartWith($"process {Environment.ProcessId} (");
    }

    [Fact]
    public void Mounts_below_a_folder_come_deepest_first() =>
        Mounts.Below("/a b", ["x /a\\040b/c ext4 rw 0 0", "x /a\\040b/c/d ext4 rw 0 0", "x /a ext4 rw 0 0", "x /a\\040bc ext4 rw 0 0"])
            .ShouldBe(["/a b/c/d", "/a b/c"]);

    private static int SessionOf(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3], System.Globalization.CultureInfo.InvariantCulture);
    }
}
