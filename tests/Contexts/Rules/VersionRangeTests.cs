using PhasedRollout.Contexts.Rules.Toolchains;

namespace PhasedRollout.Tests.Contexts.Rules;

public sealed class VersionRangeTests
{
    [Theory]
    [InlineData(">=3.10", "3.8", false)]
    [InlineData(">=3.10", "3.10", true)]
    [InlineData(">=3.10.2", "3.10", null)]
    [InlineData(">=3.10,<4", "3.12", true)]
    [InlineData("^3.8", "3.7", false)]
    [InlineData("^3.8", "4.0", false)]
    [InlineData("~3.8", "3.9", false)]
    [InlineData("~=3.9", "3.12", true)]
    [InlineData("~> 2.4.2", "2.5.0", false)]
    [InlineData("~> 2.4.2", "2.4", null)]
    [InlineData("3.10.*", "3.10.4", true)]
    [InlineData("3.10.*", "3.11", false)]
    [InlineData("2.3.1", "2.3", null)]
    [InlineData("2.3.1", "2.1.3", false)]
    [InlineData("<3.12", "3.12", false)]
    [InlineData("<=3.11", "3.12", false)]
    [InlineData("<=3.11", "3.11.4", true)]
    [InlineData(">3.11", "3.10", false)]
    [InlineData("!=3.11", "3.11", true)]
    public void A_range_takes_a_version_or_not_or_that_depends_on_numbers_that_are_not_known(string range, string version, bool? expected) =>
        VersionRange.Parse(range).ShouldNotBeNull().Allows(VersionNumber.Parse(version).ShouldNotBeNull()).ShouldBe(expected);

    [Theory]
    [InlineData("*")]
    [InlineData("")]
    [InlineData(">=3.8 || ^2.7")]
    [InlineData("3.12.0rc1")]
    [InlineData("99999999999.1")]
    public void What_is_not_understood_is_no_range(string range) => VersionRange.Parse(range).ShouldBeNull();

    [Theory]
    [InlineData("1.24-alpine", "1.24")]
    [InlineData("3.2.3-slim-bookworm", "3.2.3")]
    [InlineData("8.0", "8.0")]
    public void A_tag_begins_with_its_version(string tag, string version) => VersionNumber.AtStart(tag).ShouldNotBeNull().ToString().ShouldBe(version);

    [Theory]
    [InlineData("alpine")]
    [InlineData("1.25rc1-alpine")]
    [InlineData("latest")]
    public void A_tag_without_one_has_none(string tag) => VersionNumber.AtStart(tag).ShouldBeNull();
}
