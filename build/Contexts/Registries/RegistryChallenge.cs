using System.Net.Http.Headers;
using System.Text;

namespace PhasedRollout.Contexts.Registries;

/// <summary>How a registry wants us to say who we are: the <c>WWW-Authenticate</c> of a 401.</summary>
/// <param name="Scheme"><c>bearer</c> or <c>basic</c>.</param>
/// <param name="Parameters">Its parameters, such as <c>realm</c>, <c>service</c>, <c>scope</c>.</param>
internal sealed record RegistryChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>The challenge that we can answer, a token before a password; null when there is none.</summary>
    public static RegistryChallenge? Of(IEnumerable<AuthenticationHeaderValue> headers)
    {
        var challenges = headers.Select(header => new RegistryChallenge(header.Scheme.ToLowerInvariant(), Read(header.Parameter ?? ""))).ToList();
        return challenges.Find(challenge => challenge.Scheme == "bearer" && challenge.Parameters.ContainsKey("realm"))
            ?? challenges.Find(challenge => challenge.Scheme == "basic");
    }

    // RFC 9110, 11.2: name=token or name="quoted text", separated by commas.
    private static Dictionary<string, string> Read(string text)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < text.Length;)
        {
            var equals = text.IndexOf('=', i);
            if (equals < 0)
                break;

            var name = text[i..equals].Trim(' ', ',', '\t');
            var value = new StringBuilder();
            i = equals + 1;
            if (i < text.Length && text[i] == '"')
            {
                for (i++; i < text.Length && text[i] != '"'; i++)
                    value.Append(text[i] == '\\' && i + 1 < text.Length ? text[++i] : text[i]);
                i++;
            }
            else
            {
                for (; i < text.Length && text[i] != ','; i++)
                    value.Append(text[i]);
            }

            parameters[name] = value.ToString().Trim();
        }

        return parameters;
    }
}
