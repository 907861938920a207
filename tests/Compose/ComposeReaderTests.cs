using PhasedRollout.Compose;

namespace PhasedRollout.Tests.Compose;

public class ComposeReaderTests
{
    [Fact]
    public void Every_node_knows_where_it_was_written()
    {
        var file = ComposeReader.Parse("name: a\nservices:\n  web:\n    image: nginx\n", "dir/compose.yml");

        var services = (ComposeMapping)file.Root["services"]!;
        services.Entries[0].KeyLocation.ShouldBe(new SourceLocation("dir/compose.yml", 3, 3));
        ((ComposeMapping)services["web"]!)["image"].ShouldBe(new ComposeScalar(new SourceLocation("dir/compose.yml", 4, 12), "nginx", false));
    }

    [Fact]
    public void A_merge_key_gives_way_to_the_keys_beside_it_and_earlier_mappings_win_over_later_ones()
    {
        const string text = """
            x-a: &a { one: a, two: a }
            x-b: &b { two: b, three: b }
            services:
              list:
                <<: [*a, *b]
                three: own
              single: { zero: own, <<: *a, one: own }
            """;

        var services = (ComposeMapping)ComposeReader.Parse(text, "f").Root["services"]!;

        Flat(services["list"]!).ShouldBe("one=a two=a three=own");
        Flat(services["single"]!).ShouldBe("zero=own two=a one=own");
    }

    [Theory]
    [InlineData("", "f: the file is empty")]
    [InlineData("# only a comment\n", "f: the file is empty")]
    [InlineData("just text", "f:1:1: f: the file holds no mapping at its top")]
    [InlineData("- a\n- b\n", "f:1:1: f: the file holds no mapping at its top")]
    [InlineData("a: 1\na: 2\n", "f:2:1: a: the key stands twice; first on line 1")]
    [InlineData("a:\n  b: 1\n  c: 1\n  b: 2\n", "f:4:3: a/b: the key stands twice; first on line 2")]
    [InlineData("a: 1\n---\nb: 2\n", "f:2:1: f: holds more than one YAML document")]
    [InlineData("a:\n\tb: 1\n", "f:2:1: f: a tab stands in the indentation")]
    [InlineData("a: *nobody\n", "f:1:4: a: the alias '*nobody' has no anchor before it")]
    [InlineData("a: &self { b: *self }\n", "f:1:15: a/b: the alias '*self' has no anchor before it")]
    [InlineData("a: { <<: text }\n", "f:1:6: a: the merge key '<<' merges something that is no mapping")]
    [InlineData("? [a, b]\n: 1\n", "f:1:3: f: a key is not plain text")]
    [InlineData("a: \"open\n", "f:1:4: f: not valid YAML: a quote is opened and not closed")]
    [InlineData("a: [1, 2\n", "f:2:1: f: not valid YAML: a '[' or '{' is not closed, or a comma is missing")]
    [InlineData("a: b: c\n", "f:1:5: f: not valid YAML: a second ': ' stands in the value, or the line is indented too far")]
    [InlineData("a:\n  b: 1\n c: 2\n", "f:3:2: f: not valid YAML: the line does not fit the ones before")]
    [InlineData("a\nb: 1\n", "f:2:2: f: not valid YAML: the line before has no ': ' and no '- '")]
    [InlineData("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", "f:2:1: f: the file holds the marks of a merge conflict")]
    [InlineData("a: \"\\q\"\n", "f:1:4: f: not valid YAML: an escape in double quotes is unknown")]
    [InlineData("a: {", "f:1:1: f: not valid YAML: a '[' or '{' is not closed, or a comma is missing")]
    [InlineData("a: & b\n", "f:1:4: f: not valid YAML: an anchor or alias has no name")]
    [InlineData("a: @b\n", "f:1:4: f: not valid YAML: a value starts with a character that YAML reserves")]
    [InlineData("a: \0\u0001", "f:1:4: f: not a text file: it holds the byte or character 0x00")]
    public void Bad_text_is_refused_with_its_place_and_what_is_wrong(string text, string message)
    {
        var problem = Should.Throw<InvalidInputException>(() => ComposeReader.Parse(text, "f")).Problems.ShouldHaveSingleItem();

        problem.ToString().ShouldStartWith($"{message}; ");
        problem.Remedy.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public void An_alias_bomb_is_refused_before_it_bursts()
    {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + string.Concat(Enumerable.Range(1, 12).Select(i =>
            $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));

        Should.Throw<InvalidInputException>(() => ComposeReader.Parse(text, "f")).Problems.ShouldHaveSingleItem()
            .What.ShouldBe("holds more than 100000 values once its aliases are resolved");
    }

    [Fact]
    public void Nesting_without_end_is_refused() =>
        Should.Throw<InvalidInputException>(() => ComposeReader.Parse($"a: {new string('[', 5000)}", "f")).Problems.ShouldHaveSingleItem()
            .What.ShouldBe("nested more than 64 levels deep");

    [Fact]
    public void A_missing_file_suggests_the_one_that_is_there()
    {
        using var folder = new TemporaryFolder();
        folder.Write("compose.yml", "services: {}");

        var problem = Should.Throw<InvalidInputException>(() => ComposeReader.Read([folder.File("compose.yaml")])).Problems.ShouldHaveSingleItem();

        problem.ToString().ShouldBe($"{folder.File("compose.yaml")}: there is no such file; did you mean 'compose.yml'?");
    }

    [Fact]
    public void A_folder_is_no_file()
    {
        using var folder = new TemporaryFolder();

        Should.Throw<InvalidInputException>(() => ComposeReader.Read([folder.Path])).Problems.ShouldHaveSingleItem()
            .ToString().ShouldBe($"{folder.Path}: is a folder; give the path of the Compose file in it");
    }

    [Fact]
    public void The_problems_of_all_files_are_said_at_once()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.yml", "a: [");
        folder.Write("b.yml", "");

        Should.Throw<InvalidInputException>(() => ComposeReader.Read([folder.File("a.yml"), folder.File("b.yml"), folder.File("c.yml")]))
            .Problems.Count.ShouldBe(3);
    }

    private static string Flat(ComposeNode node) =>
        string.Join(' ', ((ComposeMapping)node).Entries.Select(entry => $"{entry.Key}={((ComposeScalar)entry.Value).Text}"));
}
