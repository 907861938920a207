using System.Text.Json;
using System.Text.Json.Serialization;

namespace PhasedRollout.Deployment.Journal;

/// <summary>What a line of the journal says.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JournalEvent>))]
public enum JournalEvent
{
    /// <summary>The run begins.</summary>
    [JsonStringEnumMemberName("begin")]
    Begin,
    /// <summary>An operation is about to be done.</summary>
    [JsonStringEnumMemberName("doing")]
    Doing,
    /// <summary>It was done.</summary>
    [JsonStringEnumMemberName("done")]
    Done,
    /// <summary>The target refused it, or did not answer.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
    /// <summary>Something else that belongs to the story.</summary>
    [JsonStringEnumMemberName("note")]
    Note,
    /// <summary>The run ended in order.</summary>
    [JsonStringEnumMemberName("end")]
    End,
}

/// <summary>A line of the journal.</summary>
/// <param name="Event">What it says.</param>
/// <param name="At">When.</param>
public sealed record JournalLine(JournalEvent Event, DateTimeOffset At)
{
    /// <summary>The operation's number in the run, from 1.</summary>
    public int? Number { get; init; }

    /// <summary>The operation, such as <c>StartContainer</c>.</summary>
    public string? Operation { get; init; }

    /// <summary>What it is done to, what was refused, or the note.</summary>
    public string? What { get; init; }

    /// <summary>Why the operation is done; null in a journal that was written before causes were.</summary>
    public string? Cause { get; init; }

    /// <summary>The run's id, in the first line.</summary>
    public string? Run { get; init; }

    /// <summary>The project, in the first line.</summary>
    public string? Project { get; init; }

    /// <summary>The user, in the first line.</summary>
    public string? User { get; init; }

    /// <summary>The machine's name, in the first line.</summary>
    public string? Host { get; init; }

    /// <summary>The process, in the first line.</summary>
    public string? Process { get; init; }
}

/// <summary>How lines are read and written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class JournalJson : JsonSerializerContext;

/// <summary>Reads journals.</summary>
public static class JournalReader
{
    /// <summary>The journal's file name in the folder of its run.</summary>
    public const string FileName = "journal.jsonl";

    /// <summary>The lines of a journal; a last line that a killed run did not end is left out. Empty when there is none, or it cannot be read.</summary>
    public static IReadOnlyList<JournalLine> Read(string path)
    {
        List<JournalLine> lines = [];
        try
        {
            foreach (var text in File.ReadLines(path))
                lines.Add(JsonSerializer.Deserialize(text, JournalJson.Default.JournalLine) ?? throw new JsonException("null"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            // What came before is still true.
        }

        return lines;
    }
}
