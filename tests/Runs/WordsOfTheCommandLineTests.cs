using PhasedRollout.Compose;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs;

namespace PhasedRollout.Tests.Runs;

public sealed class WordsOfTheCommandLineTests
{
    [Theory]
    [InlineData("phases/compose.yml", "phases/compose.yml")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("$(reboot)", "'$(reboot)'")]
    [InlineData("", "''")]
    public void A_word_is_quoted_where_a_shell_would_read_more_into_it(string word, string typed) =>
        ShellWord.Quote(word).ShouldBe(typed);

    [Fact]
    public void A_finding_is_accepted_for_one_service_or_for_all_with_its_reason() =>
        AcceptedFindings.Parse(["VC301:brain-api=behind the proxy = fine", "VC802=ours"]).ShouldBe(
        [
            new AcceptedFinding("VC301", "brain-api", "behind the proxy = fine"),
            new AcceptedFinding("VC802", null, "ours"),
        ]);

    [Theory]
    [InlineData("VC301")]
    [InlineData("VC301=")]
    [InlineData("VC301= ")]
    [InlineData("=reason")]
    [InlineData(":web=reason")]
    [InlineData("VC301:=reason")]
    public void An_acceptance_without_rule_service_or_reason_is_refused(string value) =>
        Should.Throw<InvalidInputException>(() => AcceptedFindings.Parse([value, "VC1=ok"]))
            .Problems.ShouldHaveSingleItem().What.ShouldContain(value);

    [Fact]
    public void Run_ids_sort_by_time_and_never_repeat()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2026, 10, 13, 8, 15, 0, TimeSpan.Zero));
        var first = RunIds.New(clock);
        var second = RunIds.New(clock);
        clock.Advance(TimeSpan.FromSeconds(1));
        var later = RunIds.New(clock);

        first.ShouldMatch("^20261013T081500Z-[0-9a-f]{8}$");
        second.ShouldNotBe(first);
        string.CompareOrdinal(later, first).ShouldBePositive();
    }
}
