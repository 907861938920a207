using PhasedRollout.Contexts.Packages;

namespace PhasedRollout.Tests.Contexts.Packages;

public class PackageVersionsTests
{
    [Theory]
    [InlineData(PackageEcosystem.PyPI, "1.0", "1.0.0", true)]
    [InlineData(PackageEcosystem.PyPI, "v1.0", "1", true)]
    [InlineData(PackageEcosystem.PyPI, "1.0rc1", "1.0.0-RC.1", true)]
    [InlineData(PackageEcosystem.PyPI, "1.0.post1", "1.0-1", true)]
    [InlineData(PackageEcosystem.PyPI, "2.3.0", "2.3.0+cpu", true)]
    [InlineData(PackageEcosystem.PyPI, "2.3.0+cpu", "2.3.0", false)]
    [InlineData(PackageEcosystem.PyPI, "0.111.*", "0.111.2", true)]
    [InlineData(PackageEcosystem.PyPI, "0.111.*", "0.112", false)]
    [InlineData(PackageEcosystem.PyPI, "1.0", "1.0rc1", false)]
    [InlineData(PackageEcosystem.PyPI, "1!1.0", "1.0", false)]
    [InlineData(PackageEcosystem.Npm, "=1.2.3", "1.2.3", true)]
    [InlineData(PackageEcosystem.Npm, "1.2.3", "1.2.3-rc.1", false)]
    [InlineData(PackageEcosystem.NuGet, "1.0", "1.0.0", true)]
    [InlineData(PackageEcosystem.NuGet, "1.0.0.0", "1.0.0", true)]
    [InlineData(PackageEcosystem.NuGet, "1.0.0-Beta1", "1.0.0-beta1", true)]
    [InlineData(PackageEcosystem.NuGet, "1.0.0", "1.0.1", false)]
    public void A_version_is_found_however_it_is_written(PackageEcosystem ecosystem, string wanted, string offered, bool matches) =>
        PackageVersions.Matches(ecosystem, wanted, offered).ShouldBe(matches);

    [Theory]
    [InlineData("2.0.0", "1.9.9", true)]
    [InlineData("1.9.9", "1.9.9", true)]
    [InlineData("1.9.8", "1.9.9", false)]
    [InlineData("2.0.0-rc.1", "1.9.9", false)]
    [InlineData("2.0.0-rc.1", "2.0.0-beta", true)]
    [InlineData("2.0.0-rc.1", "2.0.0", false)]
    public void NuGet_takes_a_later_version_where_one_is_the_least(string offered, string least, bool takes) =>
        PackageVersions.IsAtLeast(offered, least).ShouldBe(takes);

    [Theory]
    [InlineData("4.2.111", "4.2.20")]
    [InlineData("4.3.0", "4.2.20")]
    [InlineData("99.0", "5.1")]
    [InlineData("0.1", "3.2.25")]
    public void The_nearest_version_is_found_by_its_numbers(string wanted, string nearest) =>
        PackageVersions.Nearest(wanted, ["3.2.25", "4.2.1", "4.2.20", "5.0", "5.1", "5.2rc1"]).ShouldBe(nearest);

    [Fact]
    public void Where_nothing_is_offered_nothing_is_near() => PackageVersions.Nearest("1", []).ShouldBeNull();
}
