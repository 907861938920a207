using PhasedRollout.Compose;

namespace PhasedRollout.Tests.Compose;

/// <summary>What a file includes is as if it stood in it.</summary>
public sealed class ComposeIncludesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Services_networks_and_volumes_of_an_included_file_are_there_with_paths_of_its_folder()
    {
        Directory.CreateDirectory(folder.File("data"));
        folder.Write("data/db.yml", """
            services:
              db: { build: ./image, volumes: ["store:/data", "./init:/init"], networks: [back] }
            networks: { back: {} }
            volumes: { store: {} }
            """);
        var file = Read("include: [{ path: data/db.yml }]\nservices: { web: { image: web, depends_on: [db] } }\n");

        file.Problems.ShouldBeEmpty();
        file.Root["include"].ShouldBeNull();
        ((ComposeMapping)file.Root["services"]!).Entries.Select(entry => entry.Key).ShouldBe(["web", "db"]);
        var db = (ComposeMapping)((ComposeMapping)file.Root["services"]!)["db"]!;
        ((ComposeScalar)db["build"]!).Text.ShouldBe("./data/image");
        ((ComposeSequence)db["volumes"]!).Items.Cast<ComposeScalar>().Select(item => item.Text).ShouldBe(["store:/data", "./data/init:/init"]);
        file.Root["networks"].ShouldNotBeNull();
        file.Root["volumes"].ShouldNotBeNull();
    }

    [Fact]
    public void A_file_may_include_and_hold_nothing_else_and_what_it_includes_may_include_too()
    {
        folder.Write("a.yml", "include: [b.yml]\nservices: { a: { image: a } }\n");
        folder.Write("b.yml", "services: { b: { image: b } }\n");
        ((ComposeMapping)Read("include: [a.yml]\n").Root["services"]!).Entries.Select(entry => entry.Key).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void What_stands_in_both_files_differently_is_told()
    {
        folder.Write("a.yml", "services: { web: { image: other } }\n");
        Read("include: [a.yml]\nservices: { web: { image: web } }\n").Problems.ShouldHaveSingleItem().What.ShouldContain("which it includes");
        Read("include: [a.yml]\nservices: { web: { image: other } }\n").Problems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("include: ['https://example.com/c.yml']")]
    [InlineData("include: ['${FILE}']")]
    [InlineData("include: [{ path: a.yml, env_file: a.env }]")]
    public void What_has_values_of_its_own_stays_as_it_is_written(string include) =>
        Read($"{include}\nservices: {{ web: {{ image: web }} }}\n").Root["include"].ShouldNotBeNull();

    [Fact]
    public void A_file_that_includes_itself_ends()
    {
        Read("include: [compose.yml]\nservices: { web: { image: web } }\n").Root["services"].ShouldNotBeNull();
    }

    private ComposeFile Read(string text)
    {
        folder.Write("compose.yml", text);
        return ComposeReader.Read([folder.File("compose.yml")]);
    }
}
