using System.Collections.Concurrent;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts;

internal sealed class MemoryLog : IRunLog
{
    private readonly ConcurrentQueue<string> lines = [];

    public IReadOnlyList<string> Lines => [.. lines];

    public void Debug(string message) => lines.Enqueue("debug: " + message);

    public void Information(string message) => lines.Enqueue("information: " + message);

    public void Warning(string message) => lines.Enqueue("warning: " + message);

    public void Error(string message) => lines.Enqueue("error: " + message);
}
