using System.Text;
using PhasedRollout.Contexts.Packages;

namespace PhasedRollout.Tests.Contexts.Packages;

public class PackageFilesTests
{
    private static readonly byte[] Manifest = Encoding.UTF8.GetBytes("""
        {
          "dependencies": {
            "express": "4.19.2",
            "react": "^18.2.0",
            "mine": "file:../mine",
            "alias": "npm:left-pad@1.3.0"
          },
          "devDependencies": { "jest": "=29.7.0" },
          "optionalDependencies": { "fsevents": "2.3.3" }
        }
        """);

    private static IReadOnlyList<NpmDependency> Dependencies => NpmFiles.ReadManifest(Manifest)!.Value.Dependencies;

    [Fact]
    public void An_exact_version_in_package_json_is_a_pin() =>
        NpmFiles.Pins("package.json", Manifest, Dependencies).Select(pin => (pin.Name, pin.Version, pin.Line)).ShouldBe([("express", "4.19.2", 3), ("jest", "29.7.0", 8)]);

    [Fact]
    public void Of_a_lock_file_the_projects_own_dependencies_are_pins_where_they_come_from_the_public_index()
    {
        var text = Encoding.UTF8.GetBytes("""
            { "lockfileVersion": 3, "packages": {
              "": { "dependencies": { "express": "4.19.2" } },
              "node_modules/express": { "version": "4.19.2", "resolved": "https://registry.npmjs.org/express/-/express-4.19.2.tgz" },
              "node_modules/react": { "version": "18.3.1", "resolved": "https://npm.acme.example/react/-/react-18.3.1.tgz" },
              "node_modules/jest": { "version": "29.7.0" },
              "node_modules/mine": { "resolved": "../mine", "link": true },
              "node_modules/debug": { "version": "2.6.9" } } }
            """);
        NpmFiles.ReadLock("package-lock.json", text, Dependencies).Select(pin => $"{pin.Name} {pin.Version}").ShouldBe(["express 4.19.2", "jest 29.7.0"]);

        var old = Encoding.UTF8.GetBytes("""{ "lockfileVersion": 1, "dependencies": { "express": { "version": "4.19.2" } } }""");
        NpmFiles.ReadLock("package-lock.json", old, Dependencies).ShouldHaveSingleItem().Version.ShouldBe("4.19.2");
    }

    [Fact]
    public void Of_a_lock_file_of_yarn_1_the_same()
    {
        const string Text = """
            # yarn lockfile v1


            debug@2.6.9:
              version "2.6.9"
              resolved "https://registry.yarnpkg.com/debug/-/debug-2.6.9.tgz#5d"

            "react@^17.0.0", react@^18.2.0:
              version "18.3.1"
              resolved "https://registry.yarnpkg.com/react/-/react-18.3.1.tgz#49"
              dependencies:
                loose-envify "^1.1.0"
            """;
        NpmFiles.ReadYarnLock("yarn.lock", Text, Dependencies).Select(pin => (pin.Name, pin.Version, pin.Line)).ShouldBe([("react", "18.3.1", 8)]);
        NpmFiles.ReadYarnLock("yarn.lock", "__metadata:\n  version: 8\n", Dependencies).ShouldBeEmpty();
    }

    [Fact]
    public void Of_a_lock_file_of_pnpm_the_same()
    {
        const string Text = """
            lockfileVersion: '9.0'
            packages:
              express@4.19.2:
                resolution: {integrity: sha512-x}
              /react@18.3.1(x@1.0.0):
                resolution: {integrity: sha512-x}
              debug@2.6.9:
                resolution: {integrity: sha512-x}
            snapshots:
              express@4.19.9: {}
            """;
        NpmFiles.ReadPnpmLock("pnpm-lock.yaml", Text, Dependencies).Select(pin => $"{pin.Name} {pin.Version}").ShouldBe(["express 4.19.2", "react 18.3.1"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("")]
    public void What_is_no_package_json_is_none(string text) => NpmFiles.ReadManifest(Encoding.UTF8.GetBytes(text)).ShouldBeNull();

    [Fact]
    public void A_project_names_least_versions_and_exact_ones_and_neither_ranges_nor_conditions()
    {
        var file = NuGetFiles.ReadProject("app.csproj", Encoding.UTF8.GetBytes("""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <ItemGroup>
                <PackageReference Include="Serilog" Version="4.0.0" />
                <PackageReference Include="Dapper"><Version>[2.1.35]</Version></PackageReference>
                <PackageReference Include="Floating" Version="1.*" />
                <PackageReference Include="Range" Version="[1.0,2.0)" />
                <PackageReference Include="Variable" Version="$(V)" />
                <PackageReference Include="Central" />
                <PackageReference Include="Sometimes" Version="1.0.0" Condition="'$(A)' == 'b'" />
              </ItemGroup>
              <ItemGroup Condition="'$(A)' == 'b'"><PackageReference Include="Never" Version="1.0.0" /></ItemGroup>
            </Project>
            """), NuGetFiles.ReadCentral("Directory.Packages.props", Encoding.UTF8.GetBytes(
            "<Project>\n<ItemGroup>\n<PackageVersion Include=\"central\" Version=\"3.1.0\" />\n<PackageVersion Include=\"Unused\" Version=\"1.0.0\" />\n</ItemGroup>\n</Project>"))).ShouldNotBeNull();

        file.Pins.Select(pin => (pin.Name, pin.Version, pin.Line, pin.IsMinimum)).ShouldBe(
            [("Serilog", "4.0.0", 3, true), ("Dapper", "2.1.35", 4, false), ("central", "3.1.0", 3, true)]);
    }

    [Theory]
    [InlineData("<configuration><packageSources><add key=\"a\" value=\"https://nuget.acme.example/v3/index.json\" /></packageSources></configuration>", true)]
    [InlineData("<configuration><packageSources><clear /><add key=\"n\" value=\"https://api.nuget.org/v3/index.json\" /></packageSources></configuration>", false)]
    [InlineData("<configuration />", false)]
    [InlineData("<conf", true)]
    public void A_source_of_its_own_in_nuget_config_is_seen(string text, bool isOwn) => NuGetFiles.IsOwnConfiguration(Encoding.UTF8.GetBytes(text)).ShouldBe(isOwn);

    [Fact]
    public void A_solution_names_its_projects() => NuGetFiles.ReadSolution(
        "Project(\"{9A19103F}\") = \"Api\", \"src\\Api\\Api.csproj\", \"{1}\"\n<Project Path=\"src/Web/Web.csproj\" />").ShouldBe(["src/Api/Api.csproj", "src/Web/Web.csproj"]);
}
