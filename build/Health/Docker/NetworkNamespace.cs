using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PhasedRollout.Health.Docker;

/// <summary>Looks at the network as a process of this machine sees it. Needs root.</summary>
internal static class NetworkNamespace
{
    private const int CloneNewNet = 0x40000000; // sched.h: CLONE_NEWNET

    /// <summary>Runs <paramref name="work"/> on a thread of its own inside the network namespace of a process. What it makes, sockets above all, belongs there.</summary>
    /// <exception cref="IOException">The namespace cannot be entered: the process is gone, or this is not root.</exception>
    public static Task<T> RunAsync<T>(long processId, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        // A thread that has entered a namespace stays there: it must be nobody else's afterwards.
        var thread = new Thread(() =>
        {
            try
            {
                Enter(processId);
                done.SetResult(work());
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                done.SetException(error);
            }
        })
        {
            IsBackground = true,
            Name = "network namespace",
        };
        thread.Start();
        return done.Task;
    }

    private static void Enter(long processId)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/ns/net");
        try
        {
            using var space = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            if (SetNamespace(space, CloneNewNet) != 0)
                throw new IOException($"setns {path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{path}: {denied.Message}", denied);
        }
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetNamespace(SafeFileHandle handle, int kind);
}
