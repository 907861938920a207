using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PhasedRollout.Compose;

/// <summary>Builds the tree of one YAML document from the parser's events: aliases resolved, merge keys merged, positions kept.</summary>
internal sealed class YamlDocument
{
    private const int DeepestNesting = 64;
    private const int MostNodes = 100_000;

    private readonly string path;
    private readonly Parser parser;
    private readonly Dictionary<string, (ComposeNode Node, long Size)> anchors = [];
    private readonly List<Problem> problems = [];
    private long size;

    private YamlDocument(string text, string path)
    {
        this.path = path;
        parser = new Parser(new StringReader(text));
    }

    /// <summary>The document's root (null when it is empty or cannot be read) and everything that is wrong with the text as YAML.</summary>
    public static (ComposeNode? Root, IReadOnlyList<Problem> Problems) Parse(string text, string path)
    {
        if (YamlComplaint.OfCharacters(text, path) is { } unreadable)
            return (null, [unreadable]);

        var document = new YamlDocument(text, path);
        try
        {
            return (document.Root(), document.problems);
        }
        catch (TooMuchException tooMuch)
        {
            return (null, [.. document.problems, tooMuch.Problem]);
        }
        catch (YamlException complaint)
        {
            return (null, [.. document.problems, YamlComplaint.Of(complaint, text, path)]);
        }
        catch (Exception broken) when (broken is InvalidOperationException or NullReferenceException or ArgumentException)
        {
            // The parser gives up on some malformed texts without saying where: found by a property test, YamlDotNet 18.1.
            var reached = document.parser.Current?.Start ?? Mark.Empty;
            return (null, [.. document.problems, YamlComplaint.Of(new YamlException(reached, reached, ""), text, path)]);
        }
    }

    private ComposeNode? Root()
    {
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
            return null;

        parser.Consume<DocumentStart>();
        var root = Node("", 0);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
        {
            problems.Add(new Problem(path, "holds more than one YAML document", "keep one document; several files are merged by giving several paths",
                Place(second.Start)));
        }

        return root is ComposeScalar { Text: null } ? null : root;
    }

    private ComposeNode Node(string where, int depth)
    {
        if (depth > DeepestNesting)
            throw TooMuch(parser.Current!.Start, $"nested more than {DeepestNesting} levels deep");

        if (parser.TryConsume<AnchorAlias>(out var alias))
            return Resolve(alias, where);

        var before = size++;
        if (size > MostNodes)
            throw TooMuch(parser.Current!.Start, $"holds more than {MostNodes} values once its aliases are resolved");

        if (parser.Current is not NodeEvent start)
            throw new YamlException(parser.Current!.Start, parser.Current.End, "expected a value");

        ComposeNode node = parser.Current switch
        {
            MappingStart => Mapping(where, depth),
            SequenceStart => Sequence(where, depth),
            _ => Scalar(parser.Consume<Scalar>()),
        };
        node = start.Tag.IsEmpty ? node : Tagged(start.Tag.Value, node);
        if (!start.Anchor.IsEmpty)
            anchors[start.Anchor.Value] = (node, size - before);

        return node;
    }

    private ComposeNode Resolve(AnchorAlias alias, string where)
    {
        if (!anchors.TryGetValue(alias.Value.Value, out var target))
        {
            problems.Add(new Problem(Where(where), $"the alias '*{alias.Value.Value}' has no anchor before it",
                NearestName.Suggest(alias.Value.Value, anchors.Keys, $"write '&{alias.Value.Value}' at the value that it stands for"),
                Place(alias.Start)));
            return new ComposeScalar(Place(alias.Start), null, false);
        }

        // Nodes are shared, so this costs nothing here; but whoever walks the tree walks every copy.
        size += target.Size;
        return size > MostNodes
            ? throw TooMuch(alias.Start, $"holds more than {MostNodes} values once its aliases are resolved")
            : target.Node;
    }

    private ComposeMapping Mapping(string where, int depth)
    {
        var start = parser.Consume<MappingStart>();
        var entries = new List<ComposeEntry>();
        var keys = new Dictionary<string, SourceLocation>();
        var merged = new List<(int Position, ComposeEntry Merge)>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
            {
                var place = Place(parser.Current!.Start);
                problems.Add(new Problem(Where(where), "a key is not plain text", "write the key as one word", place));
                Node(where, depth + 1);
                Node(where, depth + 1);
                continue;
            }

            var location = Place(key.Start);
            var below = where.Length == 0 ? key.Value : $"{where}/{key.Value}";
            var value = Node(below, depth + 1);
            if (!keys.TryAdd(key.Value, location))
            {
                problems.Add(new Problem(Where(below), $"the key stands twice; first on line {keys[key.Value].Line}", "keep one of the two", location));
                continue;
            }

            var entry = new ComposeEntry(key.Value, location, value);
            if (key is { Value: "<<", Style: ScalarStyle.Plain })
                merged.Add((entries.Count, entry));
            else
                entries.Add(entry);
        }

        foreach (var (position, merge) in merged)
            entries.InsertRange(position, Merged(merge, keys, Where(where)));

        return new ComposeMapping(Place(start.Start), entries);
    }

    // https://yaml.org/type/merge.html: a key of the mapping wins over a merged one, an earlier mapping of the list over a later one.
    private List<ComposeEntry> Merged(ComposeEntry merge, Dictionary<string, SourceLocation> keys, string where)
    {
        IReadOnlyList<ComposeNode> sources = merge.Value is ComposeSequence list ? list.Items : [merge.Value];
        var result = new List<ComposeEntry>();
        foreach (var source in sources)
        {
            if (source is ComposeMapping mapping)
            {
                result.AddRange(mapping.Entries.Where(entry => keys.TryAdd(entry.Key, entry.KeyLocation)));
                size += mapping.Entries.Count;
            }
            else if (source is not ComposeScalar { Text: null })
            {
                problems.Add(new Problem(where, "the merge key '<<' merges something that is no mapping",
                    "write '<<: *name' where 'name' is the anchor of a mapping, or a list of such aliases", merge.KeyLocation));
            }
        }

        return result;
    }

    private ComposeSequence Sequence(string where, int depth)
    {
        var start = parser.Consume<SequenceStart>();
        var items = new List<ComposeNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
            items.Add(Node(FormattableString.Invariant($"{where}/{items.Count}"), depth + 1));

        return new ComposeSequence(Place(start.Start), items);
    }

    private ComposeScalar Scalar(Scalar scalar)
    {
        var quoted = scalar.Style != ScalarStyle.Plain;
        var isNull = !quoted && scalar.Value is "" or "~" or "null" or "Null" or "NULL";
        return new ComposeScalar(Place(scalar.Start), isNull && !quoted ? null : scalar.Value, quoted);
    }

    private static ComposeNode Tagged(string tag, ComposeNode node) => (tag, node) switch
    {
        ("!reset", _) => new ResetNode(node.Location),
        ("!override", _) => new OverrideNode(node),
        ("tag:yaml.org,2002:str", ComposeScalar scalar) => scalar with { Text = scalar.Text ?? "", Quoted = true },
        _ => node,
    };

    private string Where(string where) => where.Length == 0 ? path : where;

    private SourceLocation Place(Mark mark) => new(path, (int)mark.Line, (int)mark.Column);

    private TooMuchException TooMuch(Mark mark, string what) =>
        new(new Problem(path, what, "write the file with fewer, flatter values", Place(mark)));

    private sealed class TooMuchException(Problem problem) : Exception(problem.What)
    {
        public Problem Problem { get; } = problem;
    }
}
