using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Rules;

namespace PhasedRollout.Tests.Contexts.Rules;

/// <summary>Every rule that the program can name is in the catalogue and has a page, and the other way round.</summary>
public sealed partial class RulePagesTests
{
    private static readonly string[] Sections = ["## What it finds", "## Why it fails", "## What would be right"];

    [Fact]
    public void Every_rule_that_the_code_names_is_in_the_catalogue()
    {
        var build = Repository.PathOf("build");
        var named = Directory.EnumerateFiles(build, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(build, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .SelectMany(file => Literal().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Distinct();

        named.Except(RuleCatalog.All.Select(rule => rule.Id)).ShouldBeEmpty("add a line to RuleCatalog");
    }

    [Fact]
    public void Every_rule_of_the_catalogue_has_a_page_and_every_page_a_rule() =>
        RulePages.Ids.ShouldBe(RuleCatalog.All.Select(rule => rule.Id));

    // VC605 is about Swarm, to which nothing is deployed yet.
    [Fact]
    public void The_catalogue_has_everything_that_was_planned()
    {
        (int First, int Last)[] planned = [(101, 111), (201, 218), (301, 305), (401, 405), (501, 508), (601, 604), (701, 704), (801, 803)];
        planned.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1)).Select(number => FormattableString.Invariant($"VC{number}"))
            .Except(RuleCatalog.All.Select(rule => rule.Id)).ShouldBeEmpty();
    }

    [Fact]
    public void The_catalogue_is_in_order_and_names_nothing_twice() =>
        RuleCatalog.All.Select(rule => rule.Id).ShouldBe(RuleCatalog.All.Select(rule => rule.Id).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void A_page_has_its_rule_s_title_and_says_what_why_and_what_would_be_right()
    {
        foreach (var rule in RuleCatalog.All)
        {
            var page = RulePages.Read(rule.Id).ShouldNotBeNull(rule.Id);
            page[0].ShouldBe($"# {rule.Id}: {rule.Title}");
            page.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Take(Sections.Length).ShouldBe(Sections, rule.Id);
            page.ShouldAllBe(line => line.Length <= 150, rule.Id);
        }
    }

    [Fact]
    public void The_list_has_a_line_for_every_rule()
    {
        var lines = RulePages.List();

        lines.Count.ShouldBe(RuleCatalog.All.Count);
        lines.ShouldContain("VC105  VerifyContexts  The folder exists at the resolved commit");
    }

    [Theory]
    [InlineData("vc105", "VC105")]
    [InlineData("VC109999", null)]
    public void A_rule_is_found_in_any_letter_case(string id, string? found) => RuleCatalog.Find(id)?.Id.ShouldBe(found);

    [Theory]
    [InlineData("VC1O5", "VC105")]
    [InlineData("C201", "VC201")]
    [InlineData("hadolint", null)]
    public void A_rule_that_is_not_there_is_met_with_the_nearest(string id, string? near) => RuleCatalog.Nearest(id).ShouldBe(near);

    [GeneratedRegex("\"(VC[0-9]{3})\"")]
    private static partial Regex Literal();
}
