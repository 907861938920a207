using PhasedRollout.Diagnosis;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Diagnosis;

/// <summary>Holds the classifier to recorded failures. A case is added by adding a file to <c>corpus/</c>.</summary>
public class CorpusTests(ITestOutputHelper output)
{
    private const double Enough = 0.95;

    private static readonly Lazy<List<Judged>> Corpus = new(() => Read("corpus"));
    private static readonly Lazy<List<Judged>> HeldOut = new(() => Read("held-out"));

    [Fact]
    public void Recorded_failures_are_named_rightly_and_no_wrong_name_is_called_certain()
    {
        var judged = Corpus.Value;
        Print("corpus", judged);

        judged.Count.ShouldBeGreaterThanOrEqualTo(450);
        Wrong(judged).Where(one => one.Diagnosis.Certainty == Certainty.Certain).Select(Told).ShouldBeEmpty();
        Share(judged, one => one.Case.Class == one.Diagnosis.Failure.Name()).ShouldBeGreaterThanOrEqualTo(Enough, Told(Wrong(judged)));
        Share(judged, one => one.Case.SubCause == (one.Diagnosis.SubCause ?? "none")).ShouldBeGreaterThanOrEqualTo(Enough, Told(judged.Where(one => one.Case.SubCause != (one.Diagnosis.SubCause ?? "none"))));
    }

    [Fact]
    public void Failures_that_no_rule_was_written_for_are_mostly_named_rightly_and_no_wrong_name_is_called_certain()
    {
        var judged = HeldOut.Value;
        Print("held-out", judged);

        judged.Count.ShouldBeGreaterThanOrEqualTo(100);
        Wrong(judged).Where(one => one.Diagnosis.Certainty == Certainty.Certain).Select(Told).ShouldBeEmpty();
        Share(judged, one => one.Case.Class == one.Diagnosis.Failure.Name()).ShouldBeGreaterThanOrEqualTo(0.9, Told(Wrong(judged)));
    }

    [Fact]
    public void Every_diagnosis_says_what_to_do_and_leaves_no_gap_open()
    {
        foreach (var one in Corpus.Value.Concat(HeldOut.Value))
        {
            foreach (var text in new[] { one.Diagnosis.Cause, one.Diagnosis.Remedy, one.Diagnosis.NextCommand })
            {
                text.ShouldNotBeNullOrWhiteSpace(one.Case.Name);
                text.ShouldNotContain("{service}", Case.Sensitive, one.Case.Name);
                text.ShouldNotContain("{host}", Case.Sensitive, one.Case.Name);
            }
        }
    }

    private static List<Judged> Read(string folder) => [.. CorpusCase.ReadAll(folder).Select(one => new Judged(one, one.Diagnose()))];

    private void Print(string folder, List<Judged> judged)
    {
        output.WriteLine($"{folder}: {judged.Count} cases, {Share(judged, one => one.Case.Class == one.Diagnosis.Failure.Name()):P1} right classes, "
            + $"{Share(judged, one => one.Case.SubCause == (one.Diagnosis.SubCause ?? "none")):P1} right sub-causes");
        output.WriteLine(Matrix(judged));
        foreach (var one in judged.Where(one => one.Case.Class != one.Diagnosis.Failure.Name() || one.Case.SubCause != (one.Diagnosis.SubCause ?? "none")))
            output.WriteLine(Told(one));
    }

    // Rows: what it is. Columns: what it was called.
    private static string Matrix(IReadOnlyList<Judged> judged)
    {
        string[] names = [.. judged.Select(one => one.Case.Class).Concat(judged.Select(one => one.Diagnosis.Failure.Name())).Distinct().Order(StringComparer.Ordinal)];
        var head = $"{"",-26}{string.Concat(names.Select((_, index) => $"{index + 1,4}"))}";
        return string.Join('\n', names.Select((name, row) =>
            $"{row + 1,2} {name,-23}{string.Concat(names.Select(called => judged.Count(one => one.Case.Class == name && one.Diagnosis.Failure.Name() == called)).Select(count => count == 0 ? "   ." : $"{count,4}"))}").Prepend(head));
    }

    private static double Share(IReadOnlyCollection<Judged> judged, Func<Judged, bool> isRight) => (double)judged.Count(isRight) / judged.Count;

    private static IEnumerable<Judged> Wrong(IEnumerable<Judged> judged) => judged.Where(one => one.Case.Class != one.Diagnosis.Failure.Name());

    private static string Told(IEnumerable<Judged> wrong) => string.Join('\n', wrong.Select(Told));

    private static string Told(Judged one) =>
        $"{one.Case.Name}: is {one.Case.Class}/{one.Case.SubCause}, called {one.Diagnosis.Failure.Name()}/{one.Diagnosis.SubCause} ({one.Diagnosis.Certainty}): {one.Diagnosis.Cause}";

    private sealed record Judged(CorpusCase Case, FailureDiagnosis Diagnosis);
}
