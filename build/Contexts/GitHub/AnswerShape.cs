using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>What an answer must look like to be one, so that a proxy's error page is neither understood nor kept.</summary>
/// <param name="Property">The property that its JSON object has.</param>
/// <param name="Immutable">True when the address names an object by its full id: its answer never changes.</param>
internal sealed partial record AnswerShape(string Property, bool Immutable)
{
    /// <summary>The shape of the answer at <paramref name="address"/>; null for an address that is not one of those we ask.</summary>
    public static AnswerShape? Of(Uri address)
    {
        var path = address.AbsolutePath;
        if (Objects().Match(path) is { Success: true } match)
        {
            var kind = match.Groups["kind"].Value;
            return new AnswerShape(
                kind switch { "git/trees" => "tree", "git/blobs" => "content", _ => "sha" },
                GitObjectId.IsFull(match.Groups["name"].Value));
        }

        return Repository().IsMatch(path) ? new AnswerShape("default_branch", Immutable: false) : null;
    }

    /// <summary>True when <paramref name="body"/> is such an answer.</summary>
    public bool Fits(byte[] body)
    {
        if (Property == "sha" && GitObjectId.IsFull(Encoding.ASCII.GetString(body).Trim()))
            return true;

        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(Property, out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex("/repos/[^/]+/[^/]+/(?<kind>commits|git/trees|git/blobs)/(?<name>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Objects();

    [GeneratedRegex("/repos/[^/]+/[^/]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Repository();
}
