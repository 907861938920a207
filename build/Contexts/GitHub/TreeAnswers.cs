using System.Text.Json;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>Turns GitHub's tree (<c>GET repos/{owner}/{name}/git/trees/{id}</c>) into ours, without a detour: it may have 100,000 entries.</summary>
internal static class TreeAnswers
{
    /// <summary>The tree; null when <paramref name="body"/> is no such answer.</summary>
    /// <exception cref="WorldRefusedException">An entry is none that git could hold.</exception>
    public static TreeAnswer? Read(RepositoryName repository, ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        List<TreeEntry>? entries = null;
        var truncated = false;
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isTree, isTruncated) = (reader.ValueTextEquals("tree"u8), reader.ValueTextEquals("truncated"u8));
                reader.Read();
                if (isTree && reader.TokenType == JsonTokenType.StartArray)
                    entries = ReadEntries(repository, ref reader, body.Length);
                else if (isTruncated)
                    truncated = reader.TokenType == JsonTokenType.True;
                else
                    reader.Skip();
            }
        }
        catch (JsonException)
        {
            return null;
        }

        if (entries is null)
            return null;

        entries.Sort((one, other) => string.CompareOrdinal(one.Path, other.Path));
        return new TreeAnswer(entries, truncated);
    }

    private static List<TreeEntry> ReadEntries(RepositoryName repository, ref Utf8JsonReader reader, int bytes)
    {
        // An entry takes some 250 bytes.
        var entries = new List<TreeEntry>(bytes / 250);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            entries.Add(ReadEntry(repository, ref reader));

        return reader.TokenType == JsonTokenType.EndArray ? entries : throw new JsonException();
    }

    private static TreeEntry ReadEntry(RepositoryName repository, ref Utf8JsonReader reader)
    {
        var (path, id, kind, size) = ((string?)null, (string?)null, TreeEntryKind.File, (long?)null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("path"u8))
                path = Text(ref reader);
            else if (reader.ValueTextEquals("sha"u8))
                id = Text(ref reader);
            else if (reader.ValueTextEquals("mode"u8))
                kind = Kind(ref reader);
            else if (reader.ValueTextEquals("size"u8))
                size = reader.Read() && reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : null;
            else
                reader.Skip();
        }

        if (path is null || !IsPath(path) || !GitObjectId.IsFull(id))
            throw Refusals.Wrong(repository, $"its tree names an entry that git cannot hold: '{path}' ({id})");

        return new TreeEntry(path, kind, id!, kind is TreeEntryKind.Directory or TreeEntryKind.Submodule ? null : size);
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }

    private static TreeEntryKind Kind(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType != JsonTokenType.String ? TreeEntryKind.File
            : reader.ValueTextEquals("040000"u8) || reader.ValueTextEquals("40000"u8) ? TreeEntryKind.Directory
            : reader.ValueTextEquals("100755"u8) ? TreeEntryKind.Executable
            : reader.ValueTextEquals("120000"u8) ? TreeEntryKind.Symlink
            : reader.ValueTextEquals("160000"u8) ? TreeEntryKind.Submodule
            : TreeEntryKind.File;
    }

    /// <summary>False for a path that would leave the folder that a context is unpacked to.</summary>
    public static bool IsPath(ReadOnlySpan<char> path)
    {
        if (path.Contains('\0'))
            return false;

        foreach (var range in path.Split('/'))
        {
            if (path[range] is "" or "." or "..")
                return false;
        }

        return true;
    }
}
