using System.Text;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>A <c>--mount</c> of RUN; values as written, keys in lower case (BuildKit, <c>instructions/commands_runmount.go</c>).</summary>
/// <param name="Options">The keys and values; a key without a value has null.</param>
public sealed record RunMount(IReadOnlyDictionary<string, string?> Options)
{
    /// <summary><c>bind</c>, <c>cache</c>, <c>tmpfs</c>, <c>secret</c>, <c>ssh</c>, or what stands there.</summary>
    public string Type => Options.GetValueOrDefault("type")?.ToLowerInvariant() ?? "bind";

    /// <summary>The stage, named context or image it comes from; null for the build context.</summary>
    public string? From => Options.GetValueOrDefault("from") is { Length: > 0 } from ? from : null;

    /// <summary>The path there.</summary>
    public string? Source => Options.GetValueOrDefault("source") ?? Options.GetValueOrDefault("src");

    /// <summary>The path in the container.</summary>
    public string? Target => Options.GetValueOrDefault("target") ?? Options.GetValueOrDefault("dst") ?? Options.GetValueOrDefault("destination");

    /// <summary>The id of a secret or an ssh agent as a builder takes it.</summary>
    public string? Id => Options.GetValueOrDefault("id") ?? Type switch
    {
        "secret" => Source ?? Target?.Split('/')[^1],
        "ssh" => "default",
        _ => null,
    };

    /// <summary>True when the build fails without it.</summary>
    public bool IsRequired => Options.TryGetValue("required", out var text) && text is null or "1" or "t" or "T" or "true" or "TRUE" or "True";

    /// <summary>Reads the value of a flag: comma-separated fields, quoted as in a CSV file.</summary>
    public static RunMount Parse(string text)
    {
        var options = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var field in Fields(text))
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            options[(equals < 0 ? field : field[..equals]).ToLowerInvariant()] = equals < 0 ? null : field[(equals + 1)..];
        }

        return new RunMount(options);
    }

    private static List<string> Fields(string text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && isQuoted && i + 1 < text.Length && text[i + 1] == '"')
                field.Append(text[++i]);
            else if (text[i] == '"')
                isQuoted = !isQuoted;
            else if (text[i] == ',' && !isQuoted)
                Close();
            else
                field.Append(text[i]);
        }

        Close();
        return fields;

        void Close()
        {
            fields.Add(field.ToString());
            field.Clear();
        }
    }
}
