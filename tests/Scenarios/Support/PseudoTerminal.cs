using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PhasedRollout.Tests.Runs.Terminal;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>The real program at a pseudo-terminal of its own (pty(7)), which controls it as a person's does, with the screen that a person sees.</summary>
internal sealed partial class PseudoTerminal : IAsyncDisposable
{
    private const int OpenReadWriteNoControl = 0x102;
    private const nuint SetWindowSize = 0x5414;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Lock gate = new();
    private readonly SafeFileHandle master;
    private readonly Screen screen;
    private readonly Process process;
    private readonly Task reading;
    private readonly Stopwatch clock = Stopwatch.StartNew();

    private PseudoTerminal(SafeFileHandle master, Screen screen, Process process)
    {
        (this.master, this.screen, this.process) = (master, screen, process);
        reading = Task.Factory.StartNew(Read, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The lines on the screen now.</summary>
    public IReadOnlyList<string> Shown
    {
        get
        {
            lock (gate)
                return screen.Shown;
        }
    }

    /// <summary>Starts a program in a folder, at a terminal of that size.</summary>
    public static PseudoTerminal Start(string folder, IReadOnlyList<string> command, IReadOnlyDictionary<string, string?> variables, int columns, int rows)
    {
        var handle = posix_openpt(OpenReadWriteNoControl);
        if (handle < 0 || grantpt(handle) != 0 || unlockpt(handle) != 0)
            throw new InvalidOperationException(FormattableString.Invariant($"no pseudo-terminal: error {Marshal.GetLastPInvokeError()}"));

        var name = new byte[128];
        ptsname_r(handle, name, (nuint)name.Length).ShouldBe(0);
        var terminal = Encoding.ASCII.GetString(name, 0, Array.IndexOf(name, (byte)0));
        var master = new SafeFileHandle(handle, ownsHandle: true);
        SetSize(master, columns, rows);

        // A session of its own, so that the terminal controls it: then a change of its size is a signal.
        var start = new ProcessStartInfo("sh", ["-c", "exec setsid --wait --ctty \"$@\" < \"$0\" > \"$0\" 2>&1", terminal, .. command])
        {
            WorkingDirectory = folder,
        };
        foreach (var (variable, value) in variables)
            start.Environment[variable] = value;
        foreach (var absent in variables.Where(pair => pair.Value is null))
            start.Environment.Remove(absent.Key);
        return new PseudoTerminal(master, new Screen(columns, rows), Process.Start(start)!);
    }

    /// <summary>Gives the terminal another size, as a person does with a window.</summary>
    public void Resize(int columns, int rows)
    {
        lock (gate)
            screen.Resize(columns, rows);
        SetSize(master, columns, rows);
    }

    /// <summary>Waits until the screen shows a line like that; returns the screen.</summary>
    public async Task<IReadOnlyList<string>> WaitForAsync(Func<IReadOnlyList<string>, bool> isSo, string what)
    {
        while (true)
        {
            var now = Shown;
            if (isSo(now))
                return now;

            if (process.HasExited || clock.Elapsed > Patience)
                throw new InvalidOperationException($"The screen never showed {what}. It shows:\n{string.Join('\n', now)}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for the program's end; returns its exit code and everything that was on the screen.</summary>
    public async Task<(int ExitCode, string Everything)> EndAsync()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        await reading.WaitAsync(Patience, TestContext.Current.CancellationToken);
        lock (gate)
            return (process.ExitCode, screen.Everything);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        await reading.WaitAsync(Patience, CancellationToken.None);
        process.Dispose();
        master.Dispose();
    }

    private static void SetSize(SafeFileHandle master, int columns, int rows) =>
        ioctl(master, SetWindowSize, [(ushort)rows, (ushort)columns, 0, 0]).ShouldBe(0);

    private void Read()
    {
        var buffer = new byte[64 * 1024];
        var characters = new char[64 * 1024];
        var decoder = Encoding.UTF8.GetDecoder();
        while (true)
        {
            var count = read(master, buffer, (nuint)buffer.Length);
            // EIO: nobody has the terminal open any more. Before the program has opened it, it says the same.
            if (count <= 0 && process.HasExited)
                return;
            if (count <= 0)
            {
                Thread.Sleep(20);
                continue;
            }

            var length = decoder.GetChars(buffer, 0, (int)count, characters, 0);
            lock (gate)
                screen.Write(new string(characters, 0, length));
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int posix_openpt(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int grantpt(int handle);

    [DllImport("libc", SetLastError = true)]
    private static extern int unlockpt(int handle);

    [DllImport("libc", SetLastError = true)]
    private static extern int ptsname_r(int handle, byte[] name, nuint length);

    [DllImport("libc", SetLastError = true)]
    private static extern int ioctl(SafeFileHandle handle, nuint request, ushort[] size);

    [DllImport("libc", SetLastError = true)]
    private static extern nint read(SafeFileHandle handle, byte[] buffer, nuint count);
}
