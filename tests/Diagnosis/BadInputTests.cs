using System.Diagnostics;
using CsCheck;
using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Diagnosis;

/// <summary>A log may hold anything: control characters, markup, half a megabyte on one line, bytes that are no text.</summary>
public class BadInputTests(ITestOutputHelper output)
{
    private const int HalfAMegabyte = 512 * 1024;

    [Theory]
    [InlineData("x")]
    [InlineData("error: failed ")]
    [InlineData("Connection refused at : ")]
    [InlineData("Caused by: ((((")]
    [InlineData("\u001b[31m")]
    [InlineData("\"'`'\"")]
    public void Half_a_megabyte_on_one_line_is_read_in_time_and_its_cause_is_found_at_either_end(string noise)
    {
        var filler = string.Concat(Enumerable.Repeat(noise, HalfAMegabyte / noise.Length));
        const string Cause = " psycopg2.OperationalError: FATAL:  password authentication failed for user \"shop\" ";
        foreach (var log in new[] { filler + Cause, Cause + filler })
        {
            var clock = Stopwatch.StartNew();
            var diagnosis = Diagnose(log);
            output.WriteLine($"{noise.Trim()}: {log.Length / 1024} KiB in {clock.ElapsedMilliseconds} ms");

            diagnosis.Failure.ShouldBe(FailureClass.CredentialsRejected);
            diagnosis.Evidence.ShouldAllBe(line => line.Length <= 520);
            diagnosis.Evidence.ShouldContain(line => line.StartsWith("decisive: ", StringComparison.Ordinal) && line.Contains("user \"shop\"", StringComparison.Ordinal));
            // Generous: a machine under load takes a multiple; a pattern that is not linear takes minutes.
            clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        }
    }

    [Fact]
    public void Nothing_that_a_log_holds_gets_out_as_a_control_character_or_breaks_the_reading()
    {
        Gen.String[Gen.Char, 0, 400].Sample(text =>
        {
            var diagnosis = Diagnose(text + "\n\uFFFD\uFFFD\u0000\u202E<script>alert(1)</script>\u001b]0;x\u0007\nFATAL: x");
            foreach (var shown in diagnosis.Evidence.Append(diagnosis.Cause).Append(diagnosis.Remedy))
                shown.ShouldAllBe(character => !char.IsControl(character) && character != '\u202E');
        }, iter: 100);
    }

    private static FailureDiagnosis Diagnose(string log)
    {
        var health = new ServiceHealth("web", ServiceState.Failed, "the container restarted 3 times", [new HealthTerm(HealthTermNames.NoRestart, false, "3 restarts")]);
        var evidence = new ContainerEvidence("web", "web-1", "restarting", 1, false, 3, "", [], PlainText.LastLines(log, 200, 1 << 20), null);
        return Diagnostician.FromPhase(
            new PhaseOutcome(2, PhaseResult.Failed, [], new GateFailed(new GateVerdict([health]), [evidence])),
            [new Service { Name = "web", Location = new SourceLocation("compose.yml", 1, 1) }]).ShouldHaveSingleItem();
    }
}
