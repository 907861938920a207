using System.Text.RegularExpressions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Secrets;

/// <summary>Why a value looks like a secret.</summary>
/// <param name="What">In words, without the value.</param>
/// <param name="IsPlain">True when its form leaves little doubt; false when only the name speaks for it.</param>
internal sealed partial record SecretLiteral(string What, bool IsPlain)
{
    // Short words such as "postgres" in a test stack are a habit, not a leak.
    private const int ShortestPassword = 6;
    private const int ShortestKey = 16;

    private static readonly string[] Placeholders =
        ["changeme", "change_me", "change-me", "replace", "example", "placeholder", "your", "dummy", "secret", "password", "insecure", "xxx", "todo", "test", "none", "null", "<"];

    /// <summary>The reason; null when nothing speaks for a secret.</summary>
    public static SecretLiteral? Find(string name, string value)
    {
        if (value.Length is 0 or > 20_000)
            return null;
        if (Token().IsMatch(value))
            return new SecretLiteral("holds an access token", true);
        if (value.Contains("-----BEGIN ", StringComparison.Ordinal) && value.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            return new SecretLiteral("holds a private key", true);
        if (Address().Match(value) is { Success: true } address && !IsPlaceholder(address.Groups["password"].Value))
            return new SecretLiteral("is an address with a password in it", true);

        return SecretNames.Contains(name) && !IsHarmless(name) && IsSecret(name, value) ? new SecretLiteral("is a secret by its name", false) : null;
    }

    private static bool IsSecret(string name, string value)
    {
        // A path to a file, an address, a number and a switch are not the secret itself.
        if (value[0] is '/' or '.' || value.Contains("://", StringComparison.Ordinal) || value.All(c => char.IsAsciiDigit(c) || c is '.' or ',')
            || ValueFormats.Boolean(value) is not null || value.Contains(' ', StringComparison.Ordinal) || IsPlaceholder(value))
            return false;

        return IsPasswordName().IsMatch(name)
            ? value.Length >= ShortestPassword
            : value.Length >= ShortestKey && value.Any(char.IsAsciiDigit) && value.Any(char.IsAsciiLetter);
    }

    private static bool IsHarmless(string name) =>
        name.EndsWith("_FILE", StringComparison.OrdinalIgnoreCase) || name.Contains("PUBLIC", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("traefik.", StringComparison.OrdinalIgnoreCase);

    private static bool IsPlaceholder(string value) =>
        Placeholders.Any(placeholder => value.Contains(placeholder, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex("PASSWORD|PASSWD|PASSPHRASE|SECRET", RegexOptions.IgnoreCase)]
    private static partial Regex IsPasswordName();

    // Forms that their issuers document: GitHub, AWS, OpenAI, Slack, Stripe, Google, GitLab, npm.
    [GeneratedRegex(@"(?:^|[^A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60}|AKIA[0-9A-Z]{16}|sk-(?:proj-|ant-)?[A-Za-z0-9_\-]{32}"
        + @"|xox[abprs]-[0-9]{8}|[sr]k_live_[A-Za-z0-9]{20}|AIza[0-9A-Za-z_\-]{35}|glpat-[A-Za-z0-9_\-]{20}|npm_[A-Za-z0-9]{36})")]
    private static partial Regex Token();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.\-]*://[^/?#@:\s]*:(?<password>[^/?#@\s]{6,})@")]
    private static partial Regex Address();
}
