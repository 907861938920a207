using PhasedRollout.Diagnosis.Rules;

namespace PhasedRollout.Tests.Diagnosis.Rules;

public class RuleBookTests
{
    [Fact]
    public void Every_rule_reads_its_own_examples()
    {
        var unread = RuleBook.All.SelectMany(rule => rule.Examples.Where(example => rule.In(Line(example)) is null).Select(example => $"{rule.Id}: {example}"));

        unread.ShouldBeEmpty();
    }

    [Fact]
    public void Every_rule_has_an_example_a_cause_and_a_remedy_and_a_name_of_its_own()
    {
        RuleBook.All.Where(rule => rule.Examples.Length == 0 || rule.Cause.Length == 0 || rule.Remedy.Length == 0 || rule.SubCause.Length == 0).Select(rule => rule.Id).ShouldBeEmpty();
        RuleBook.All.GroupBy(rule => rule.Id).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();
    }

    [Fact]
    public void No_rule_stands_in_the_shadow_of_one_before_it()
    {
        var shadowed = new[] { RuleBook.Build, RuleBook.Log, RuleBook.Engine, RuleBook.Pull, RuleBook.Probe }.SelectMany(table =>
            table.Where(rule => rule.Examples.All(example => table.TakeWhile(other => other != rule)
                .Any(other => other.Rank == rule.Rank && other.Subject == RuleSubject.Anything && other.In(Line(example)) is not null))).Select(rule => rule.Id));

        shadowed.ShouldBeEmpty();
    }

    private static string Line(string example) => OutputLine.Clean([example])[0].Trim();
}
