namespace PhasedRollout.Rollouts;

/// <summary>Knows the secret values of a run and takes them out of any text.</summary>
public sealed class Redactor
{
    /// <summary>What stands in place of a secret.</summary>
    public const string Mask = "[REDACTED]";

    private const int ShortestSecret = 4;

    private readonly Lock gate = new();
    private string[] secrets = [];

    /// <summary>Adds a secret value; values of fewer than four characters are not taken out, since they would tear ordinary text apart.</summary>
    public void Add(string? secret)
    {
        if (secret is null || secret.Length < ShortestSecret)
            return;

        // In a URL the same secret stands percent-encoded.
        lock (gate)
        {
            // The longest first, so that a secret which contains another one goes as a whole.
            secrets = [.. secrets.Append(secret).Append(Uri.EscapeDataString(secret)).Distinct(StringComparer.Ordinal)
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
}
