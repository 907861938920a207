using System.Net;
using System.Text;
using System.Text.Json;

namespace PhasedRollout.Rollouts;

/// <summary>Knows the secret values of a run and takes them out of any text.</summary>
public sealed class Redactor
{
    /// <summary>What stands in place of a secret.</summary>
    public const string Mask = "[REDACTED]";

    private const int ShortestSecret = 4;
    private const int ShortestEncoded = 8;

    private readonly Lock gate = new();
    private string[] secrets = [];

    /// <summary>Adds a secret value; values of fewer than four characters are not taken out, since they would tear ordinary text apart.</summary>
    public void Add(string? secret)
    {
        if (secret is null || secret.Length < ShortestSecret)
            return;

        lock (gate)
        {
            // The longest first, so that a secret which contains another one goes as a whole.
            secrets = [.. secrets.Concat(Forms(secret)).Where(form => form.Length >= ShortestSecret).Distinct(StringComparer.Ordinal)
                .OrderByDescending(value => value.Length)];
        }
    }

    /// <summary><paramref name="text"/> with every known secret value masked.</summary>
    public string Redact(string text)
    {
        foreach (var secret in secrets)
            text = text.Replace(secret, Mask, StringComparison.Ordinal);

        return text;
    }

    // The same secret as it stands in a URL (in the spellings of .NET and JavaScript, of Python's quote, and of forms), in JSON, and in a header.
    private static IEnumerable<string> Forms(string secret)
    {
        yield return secret;
        yield return Uri.UnescapeDataString(secret);
        var escaped = Uri.EscapeDataString(secret);
        foreach (var form in (string[])[escaped, escaped.Replace("%2F", "/", StringComparison.Ordinal), Unescaped(escaped, "!'()*"), WebUtility.UrlEncode(secret)])
        {
            yield return form;
            yield return Lower(form);
        }

        yield return JsonEncodedText.Encode(secret).ToString();
        if (secret.Length < ShortestEncoded)
            yield break;

        var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('=');
        // The last character also depends on what follows, when something does.
        yield return base64;
        yield return base64[..^1];
        yield return base64.Replace('+', '-').Replace('/', '_');
    }

    private static string Unescaped(string escaped, string characters) =>
        characters.Aggregate(escaped, (text, character) => text.Replace(Uri.HexEscape(character), character.ToString(), StringComparison.Ordinal));

    // %2F may also be written %2f.
    private static string Lower(string escaped)
    {
        var lower = new StringBuilder(escaped);
        for (var index = 0; index + 2 < escaped.Length; index++)
            if (escaped[index] == '%')
                (lower[index + 1], lower[index + 2]) = (char.ToLowerInvariant(escaped[index + 1]), char.ToLowerInvariant(escaped[index + 2]));
        return lower.ToString();
    }
}
