using System.Text.RegularExpressions;

namespace PhasedRollout.Rollouts;

/// <summary>Tells by its name whether a variable holds a secret.</summary>
internal static partial class SecretNames
{
    /// <summary>True for names such as <c>POSTGRES_PASSWORD</c>, <c>SECRET_KEY</c> or <c>SENTRY_DSN</c>.</summary>
    public static bool Contains(string name) => Word().IsMatch(name);

    // A word that ends so, rather than a name that contains it: KEYCLOAK_URL and PASSENGER_PORT are no secrets.
    [GeneratedRegex("PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|PRIVATE|(KEYS?|PASS|PWD|DSN)(?![A-Za-z])", RegexOptions.IgnoreCase)]
    private static partial Regex Word();
}
