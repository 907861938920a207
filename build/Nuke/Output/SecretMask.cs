using System.Text;

namespace Nuke.Common.Output;

/// <summary>Replaces the values of secret parameters in whatever is shown.</summary>
internal sealed class SecretMask
{
    public const string Shown = "***";

    /// <summary>Shorter values would blot out half of any text, and protect nothing.</summary>
    private const int ShortestSecret = 3;

    private readonly List<string> secrets = [];

    public void Add(string? secret)
    {
        if (secret is null)
            return;
        foreach (var line in secret.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Prepend(secret))
        {
            if (line.Trim().Length < ShortestSecret)
                continue;
            Remember(line);
            Remember(Uri.EscapeDataString(line));
            Remember(Convert.ToBase64String(Encoding.UTF8.GetBytes(line)));
        }

        // The longest first: a secret that contains another one must not leave its rest behind.
        secrets.Sort((left, right) => right.Length.CompareTo(left.Length));
    }

    public string Apply(string text)
    {
        foreach (var secret in secrets)
            text = text.Replace(secret, Shown, StringComparison.Ordinal);
        return text;
    }

    private void Remember(string form)
    {
        if (!secrets.Contains(form))
            secrets.Add(form);
    }
}
