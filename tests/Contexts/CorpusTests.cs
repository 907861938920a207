using System.Globalization;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts;

/// <summary>The corpus: small stacks of which it is known what the rules find.</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    // Their world is more than a repository: tests of their own hold them.
    private static readonly string[] HeldElsewhere = ["VC100", "VC102", "VC107", "VC110", "VC112"];

    public static TheoryData<string> Cases => [.. CorpusCase.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_case_has_exactly_the_findings_that_it_expects(string name)
    {
        var one = CorpusCase.Read(name);
        RuleCatalog.Find(one.Rule).ShouldNotBeNull($"{one.Rule} is no rule");

        var found = await one.RunAsync(TestContext.Current.CancellationToken);

        // Of other rules only what would block is held: a hint of a new rule breaks no case of an old one.
        var told = found.Where(finding => finding.Rule == one.Rule || finding.Certainty == Certainty.Certain).Select(Line).ToList();
        one.Expected.Where(expected => !found.Any(expected.IsMetBy)).ShouldBeEmpty($"found instead:\n{string.Join('\n', found.Select(Line))}");
        found.Where(finding => (finding.Rule == one.Rule || finding.Certainty == Certainty.Certain) && !one.Expected.Any(expected => expected.IsMetBy(finding)))
            .Select(Line).ShouldBeEmpty();
        told.Count.ShouldBeLessThanOrEqualTo(one.Expected.Count, $"found twice:\n{string.Join('\n', told)}");
    }

    [Fact]
    public void Every_rule_has_a_case_in_which_it_fires_and_one_in_which_it_is_silent()
    {
        var cases = CorpusCase.Names.Select(CorpusCase.Read).ToLookup(it => it.Rule);
        RuleCatalog.All
            .Where(rule => rule.Station == RuleStation.VerifyContexts && !HeldElsewhere.Contains(rule.Id))
            .SelectMany(rule => new[]
            {
                cases[rule.Id].Any(it => it.Fires) ? null : $"{rule.Id} fires in no case",
                cases[rule.Id].Any(it => !it.Fires) ? null : $"{rule.Id} is silent in no case",
            })
            .OfType<string>()
            .ShouldBeEmpty();
    }

    [Fact]
    public void Every_rule_that_looks_at_more_than_a_repository_is_held_by_a_test_that_names_it()
    {
        var tests = string.Join('\n', Directory.EnumerateFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith($"{nameof(CorpusTests)}.cs", StringComparison.Ordinal) && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText));
        RuleCatalog.All.Where(rule => rule.Station == RuleStation.Preflight || HeldElsewhere.Contains(rule.Id))
            .Where(rule => !tests.Contains($"\"{rule.Id}", StringComparison.Ordinal) && !tests.Contains($"{rule.Id} ", StringComparison.Ordinal))
            .Select(rule => rule.Id).ShouldBeEmpty();
    }

    [Fact]
    public async Task Precision_and_recall_are_told()
    {
        var (right, wrong, missed, certainAndWrong) = (0, 0, 0, 0);
        foreach (var one in CorpusCase.Names.Select(CorpusCase.Read))
        {
            var found = await one.RunAsync(TestContext.Current.CancellationToken);
            foreach (var finding in found.Where(finding => finding.Rule == one.Rule || finding.Certainty == Certainty.Certain))
            {
                var isExpected = one.Expected.Any(expected => expected.IsMetBy(finding));
                (right, wrong) = isExpected ? (right + 1, wrong) : (right, wrong + 1);
                certainAndWrong += !isExpected && finding.Certainty == Certainty.Certain ? 1 : 0;
            }

            missed += one.Expected.Count(expected => !found.Any(expected.IsMetBy));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{CorpusCase.Names.Count()} cases: precision {right}/{right + wrong}, recall {right}/{right + missed}, wrong blockers {certainAndWrong}"));
        certainAndWrong.ShouldBe(0);
    }

    private static string Line(Finding finding) => string.Create(CultureInfo.InvariantCulture,
        $"{{ rule: {finding.Rule}, service: {finding.Service}, certainty: {finding.Certainty}, line: {finding.Line} }} {finding.Message} | {finding.Suggestion} | {string.Join(" | ", finding.Evidence)}");
}
