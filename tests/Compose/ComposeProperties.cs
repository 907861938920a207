using System.Text;
using CsCheck;
using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Compose;

public class ComposeProperties
{
    private static readonly SourceLocation Nowhere = new("f", 1, 1);

    private static readonly string[] Fragments =
    [
        "services", "x-rollout", "phases", "web", "image", "build", "ports", "environment", "healthcheck", "volumes", "networks", "depends_on",
        "env_file", "deploy", "x-health", "requires", "accept", "command", "name", "context", "args", ": ", ":", "\n", "\n  ", "\n    ", "- ", "{", "}",
        "[", "]", ",", "\"", "'", "&a ", "*a", "<<: *a", "!reset ", "!override ", "!!str ", "|\n", ">-\n", "${", "$", "}", ":-", "#", "\t", "---\n",
        "null", "~", "8000:8000", "1e3", "on", "https://github.com/o/r.git#main:a", "postgres://u:p@h:1/d", "\u0000", "é", "\uD83D\uDE00", "%", "@", "\r\n",
    ];

    private static readonly Gen<string> GenText = Gen.OneOf(
        Gen.String,
        Gen.String[Gen.Char[" abc:#-'\"\\[]{}&*!|>%@`,?~0123456789.$\n\té\u2028\u0085\uFEFF"], 0, 12],
        Any(Fragments));

    private static readonly Gen<ComposeScalar> GenScalar = Gen.OneOf(
        GenText.Where(IsWellFormed).Select(text => new ComposeScalar(Nowhere, text, true)),
        Any("12", "0123", "1.50", "true", "False", "~", "1e3", "0x1F", "text", "on", "22:22").Select(text => new ComposeScalar(Nowhere, text, false)));

    private static readonly Gen<ComposeMapping> GenDocument = GenMapping(3);

    [Fact]
    public void Whatever_text_is_read_the_answer_is_a_rollout_or_problems_with_remedies() =>
        Gen.OneOf(GenText, Any(Fragments).Array[0, 40].Select(string.Concat)).Sample(
            text => AnswersWithProblems(() => RolloutReader.Read(ComposeReader.Parse(text, "f"), VariableSet.Empty)), iter: 300, threads: 1);

    [Fact]
    public void Whatever_stands_in_the_values_of_a_right_document_the_answer_is_a_rollout_or_problems_with_remedies() =>
        Gen.Select(Any(ServiceKeys), GenNode(2)).Sample(
            (key, value) => AnswersWithProblems(() => RolloutReader.Read(
                new ComposeFile(["f"], Stack(key, value)) { Problems = ComposeSchema.Check(Stack(key, value)) }, VariableSet.Empty)), iter: 300, threads: 1);

    [Fact]
    public void Whatever_bytes_a_file_holds_the_answer_is_a_document_or_problems_with_remedies()
    {
        using var folder = new TemporaryFolder();
        Gen.Byte.Array[0, 60].Sample(bytes =>
        {
            File.WriteAllBytes(folder.File("f"), bytes);
            AnswersWithProblems(() => ComposeReader.Read([folder.File("f")]));
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void What_is_written_reads_back_as_the_same_values() =>
        GenDocument.Sample(document => ComposeReader.Parse(ComposeWriter.Write(document), "f").Root.ShouldMean(document), iter: 300, threads: 1, print: ComposeWriter.Write);

    [Fact]
    public void Writing_what_was_read_changes_nothing_more() =>
        GenDocument.Sample(document =>
        {
            var once = ComposeWriter.Write(document);
            ComposeWriter.Write(ComposeReader.Parse(once, "f").Root).ShouldBe(once);
        }, iter: 300, threads: 1, print: ComposeWriter.Write);

    [Fact]
    public void Every_env_file_is_read_or_refused_line_by_line() =>
        Gen.String[Gen.Char["AB=:'\"\\#$ {}\n\té"], 0, 40].Sample(
            text => EnvFileReader.Parse(text, "f", VariableSet.Empty).Problems.ShouldAllBe(problem => problem.Location != null), iter: 300, threads: 1);

    [Fact]
    public void Every_context_is_understood_or_refused() =>
        Gen.String[Gen.Char["git@hub.com:/o?#=&r.%2e~ \\\n"], 0, 40].Sample(
            text => ContextReferences.Parse("https://github.com/" + text).Text.ShouldNotBeNull(), iter: 300, threads: 1);

    private static readonly string[] ServiceKeys =
    [
        "image", "build", "ports", "environment", "healthcheck", "volumes", "networks", "depends_on", "env_file", "deploy", "x-health", "command",
        "logging", "tmpfs", "labels", "extra_hosts", "restart", "profiles", "extends", "x-rollout", "pull_policy", "mem_limit", "cpus", "expose",
    ];

    private static ComposeMapping Stack(string key, ComposeNode value)
    {
        var service = Mapping(("image", new ComposeScalar(Nowhere, "x", true)), (key, value));
        return key == "x-rollout" ? Mapping(("services", Mapping(("web", Mapping()))), (key, value)) : Mapping(("services", Mapping(("web", service))));
    }

    private static ComposeMapping Mapping(params (string Key, ComposeNode Value)[] entries) =>
        new(Nowhere, [.. entries.Select(entry => new ComposeEntry(entry.Key, Nowhere, entry.Value))]);

    private static Gen<ComposeNode> GenNode(int depth) => depth == 0
        ? GenScalar.Select(scalar => (ComposeNode)scalar)
        : Gen.OneOf(
            GenScalar.Select(scalar => (ComposeNode)scalar),
            GenNode(depth - 1).Array[0, 3].Select(items => (ComposeNode)new ComposeSequence(Nowhere, items)),
            GenMapping(depth - 1).Select(mapping => (ComposeNode)mapping));

    private static Gen<ComposeMapping> GenMapping(int depth) =>
        Gen.Select(GenText.Where(key => IsWellFormed(key) && key.Length < 100), GenNode(depth)).Array[0, 4].Select(entries =>
            new ComposeMapping(Nowhere, [.. entries.DistinctBy(entry => entry.Item1).Select(entry => new ComposeEntry(entry.Item1, Nowhere, entry.Item2))]));

    private static Gen<string> Any(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    // Half a surrogate pair and the characters that no YAML file may hold are no text that a file can carry.
    private static bool IsWellFormed(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text && !text.Contains('\uFFFD', StringComparison.Ordinal);

    private static void AnswersWithProblems(Action read)
    {
        try
        {
            read();
        }
        catch (InvalidInputException refusal)
        {
            refusal.Problems.ShouldNotBeEmpty();
            refusal.Problems.ShouldAllBe(problem => problem.Where.Length > 0 && problem.What.Length > 0 && problem.Remedy.Length > 0);
        }
    }
}

/// <summary>Two documents mean the same when every YAML reader takes the same values out of them.</summary>
internal static class Meaning
{
    public static void ShouldMean(this ComposeNode actual, ComposeNode expected) => Of(actual).ShouldBe(Of(expected));

    // 1e3 is written as 1000: the same number to every reader.
    private static string Of(ComposeNode node) => node switch
    {
        ComposeMapping mapping => $"{{{string.Join(',', mapping.Entries.Select(entry => $"{Quoted(entry.Key)}:{Of(entry.Value)}"))}}}",
        ComposeSequence list => $"[{string.Join(',', list.Items.Select(Of))}]",
        ComposeScalar scalar => $"{(scalar.Kind == ScalarKind.Number ? ScalarKind.Whole : scalar.Kind)} {Quoted(scalar.Value ?? "")}",
        _ => throw new ArgumentException("no such node", nameof(node)),
    };

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
