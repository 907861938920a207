using System.Globalization;

namespace PhasedRollout.Demo.Benchmark;

/// <summary>Who was measured.</summary>
internal enum Peer
{
    Ours,
    Compose,
}

/// <summary>What was measured.</summary>
internal enum Measure
{
    First,
    Unchanged,
    Changed,
    Removal,
}

/// <summary>Everything that was measured, and the table of it.</summary>
internal sealed class BenchmarkResults
{
    private static readonly (Measure Measure, string Title)[] Titles =
    [
        (Measure.First, "first deployment, images built"),
        (Measure.Unchanged, "unchanged redeploy"),
        (Measure.Changed, "one service changed"),
        (Measure.Removal, "removal"),
    ];

    private readonly List<(Measure Measure, Peer Peer, Measured Result)> _results = [];
    private readonly List<TimeSpan> _gate = [];

    /// <summary>Adds a command.</summary>
    public void Add(Measure measure, Peer peer, Measured result) => _results.Add((measure, peer, result));

    /// <summary>Adds the time from a decisive event to the gate's word.</summary>
    public void AddGateLatency(TimeSpan latency) => _gate.Add(latency);

    /// <summary>The table: medians of whole commands, and ratios ours : Compose.</summary>
    /// <param name="rounds">How often everything was measured.</param>
    /// <param name="program">Which of our programs was measured.</param>
    public IEnumerable<string> Lines(int rounds, string program)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"Medians of {rounds} interleaved rounds, whole commands as typed, ten services, one machine:");
        yield return "                                      ours   Compose 2.26   ratio";
        foreach (var (measure, title) in Titles)
        {
            var (ours, theirs) = (Seconds(measure, Peer.Ours), Seconds(measure, Peer.Compose));
            yield return string.Create(CultureInfo.InvariantCulture, $"  {title,-32} {ours,6:0.00} s      {theirs,6:0.00} s    {Ratio(ours, theirs)}");
        }

        var (memory, other) = (Peak(Peer.Ours), Peak(Peer.Compose));
        yield return string.Create(CultureInfo.InvariantCulture, $"  {"peak memory of the client",-32} {memory,6:0} MiB    {other,6:0} MiB  {Ratio(memory, other)}");
        if (_gate.Count > 0)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"  gate: from the engine's event to the verdict, {Median(_gate.Select(latency => latency.TotalMilliseconds)):0} ms (median of {_gate.Count}), {_gate.Max().TotalMilliseconds:0} ms at most");
        yield return $"Ours is {program}.";
        yield return "Ours with --min-healthy-time 0s: Compose has no time of stability. Ours verifies every context and goes phase by phase;";
        yield return "Compose starts all ten at once and builds from a checkout that was there before. BuildKit builds both, each time with an empty cache.";
    }

    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Ratio(double ours, double theirs) => (ours / theirs).ToString("0.00", CultureInfo.InvariantCulture);

    private double Seconds(Measure measure, Peer peer) =>
        Median(_results.Where(result => result.Measure == measure && result.Peer == peer).Select(result => result.Result.Elapsed.TotalSeconds));

    private double Peak(Peer peer) =>
        _results.Where(result => result.Peer == peer).Select(result => result.Result.PeakBytes / 1048576.0).DefaultIfEmpty(double.NaN).Max();
}
