using System.Text.Json;
using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>What an answer must look like to be one, so that a proxy's error page is neither understood nor kept.</summary>
/// <param name="Property">The property that its JSON object has.</param>
/// <param name="Immutable">True when the address names a commit by its full id: its answer never changes.</param>
internal sealed partial record AnswerShape(string Property, bool Immutable)
{
    /// <summary>The shape of the answer at <paramref name="address"/>; null for one that is not kept as it comes.</summary>
    public static AnswerShape? Of(Uri address)
    {
        var path = address.AbsolutePath;
        return Commit().Match(path) is { Success: true } match ? new AnswerShape("sha", GitObjectId.IsFull(match.Groups[1].Value))
            : Repository().IsMatch(path) ? new AnswerShape("default_branch", Immutable: false)
            : null;
    }

    /// <summary>True when <paramref name="body"/> is such an answer.</summary>
    public bool Fits(ReadOnlySpan<byte> body) => Property == "sha" ? CommitAnswer.Read(body) is not null : HasProperty(body, Property);

    private static bool HasProperty(ReadOnlySpan<byte> body, string property)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;

            var found = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                found |= reader.ValueTextEquals(property);
                reader.Skip();
            }

            return found;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex("/repos/[^/]+/[^/]+/commits/(.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Commit();

    [GeneratedRegex("/repos/[^/]+/[^/]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Repository();
}
