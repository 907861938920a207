using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Packages;

/// <summary>Compares versions as the ecosystems do.</summary>
internal static partial class PackageVersions
{
    /// <summary>True when <paramref name="offered"/> satisfies <paramref name="wanted"/>: the same version, differently written perhaps.</summary>
    public static bool Matches(PackageEcosystem ecosystem, string wanted, string offered) => ecosystem switch
    {
        PackageEcosystem.PyPI => MatchesPython(wanted, offered),
        PackageEcosystem.NuGet => NuGetKey(wanted) == NuGetKey(offered),
        _ => SemanticKey(wanted) == SemanticKey(offered),
    };

    /// <summary>True when NuGet would take <paramref name="offered"/> where <paramref name="wanted"/> is the least version.</summary>
    public static bool IsAtLeast(string offered, string wanted)
    {
        var order = CompareNumbers(Numbers(Core(offered)), Numbers(Core(wanted)));
        // A release never resolves to a later prerelease; which of two prereleases is the later one is not decided here.
        return order > 0 ? !IsPrerelease(offered) || IsPrerelease(wanted) : order == 0 && (!IsPrerelease(offered) || IsPrerelease(wanted));
    }

    /// <summary>The version of <paramref name="offered"/> whose numbers come nearest to those of <paramref name="wanted"/>; null when there is none.</summary>
    public static string? Nearest(string wanted, IEnumerable<string> offered)
    {
        var numbers = Numbers(wanted);
        var all = offered.ToList();
        var stable = all.Where(version => !IsPrerelease(version)).ToList();
        var versions = (stable.Count > 0 && !IsPrerelease(wanted) ? stable : all).Select(version => (Text: version, Numbers: Numbers(version))).ToList();
        var (before, after) = (
            versions.Where(version => CompareNumbers(version.Numbers, numbers) <= 0).OrderByDescending(version => version.Numbers, ByPlaces).FirstOrDefault().Text,
            versions.Where(version => CompareNumbers(version.Numbers, numbers) > 0).OrderBy(version => version.Numbers, ByPlaces).FirstOrDefault().Text);
        return before is null || after is null ? before ?? after
            : CompareNumbers(Distance(numbers, Numbers(before)), Distance(numbers, Numbers(after))) <= 0 ? before : after;
    }

    // PEP 440, "Version matching": a trailing .* matches a prefix; without a local version any local version matches.
    private static bool MatchesPython(string wanted, string offered)
    {
        if (wanted.EndsWith(".*", StringComparison.Ordinal))
        {
            var prefix = PythonKey(wanted[..^2]);
            return PythonKey(offered) is { } key && prefix is not null
                && CompareNumbers(prefix.Release, [.. key.Release.Concat(Enumerable.Repeat(BigInteger.Zero, prefix.Release.Count)).Take(prefix.Release.Count)]) == 0;
        }

        return (PythonKey(wanted), PythonKey(offered)) switch
        {
            ({ } one, { } other) => one.Epoch == other.Epoch && CompareNumbers(one.Release, other.Release) == 0 && one.Suffix == other.Suffix
                && (one.Local.Length == 0 || one.Local == other.Local),
            _ => string.Equals(wanted, offered, StringComparison.OrdinalIgnoreCase),
        };
    }

    private static PythonVersion? PythonKey(string version)
    {
        var match = Python().Match(version.Trim().ToLowerInvariant());
        if (!match.Success)
            return null;

        var suffix = new StringBuilder();
        if (match.Groups["pre"] is { Success: true } pre)
            suffix.Append(pre.Value switch { "alpha" => "a", "beta" => "b", "c" or "pre" or "preview" => "rc", var other => other }).Append(Number("pren"));
        if (match.Groups["post"].Success || match.Groups["dash"].Success)
            suffix.Append(".post").Append(match.Groups["dash"].Success ? Number("dash") : Number("postn"));
        if (match.Groups["dev"].Success)
            suffix.Append(".dev").Append(Number("devn"));

        return new PythonVersion(
            Number("epoch"), Numbers(match.Groups["release"].Value), suffix.ToString(), match.Groups["local"].Value.Replace('-', '.').Replace('_', '.'));

        string Number(string group) => match.Groups[group].Value.TrimStart('0') is { Length: > 0 } number ? number : "0";
    }

    private static string SemanticKey(string version) => version.Trim().TrimStart('=', 'v', ' ').Split('+')[0];

    private static string NuGetKey(string version)
    {
        var text = version.Trim().Split('+')[0].ToLowerInvariant();
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return string.Join('.', Padded(Numbers(dash < 0 ? text : text[..dash]))) + (dash < 0 ? "" : text[dash..]);
    }

    private static IEnumerable<BigInteger> Padded(IReadOnlyList<BigInteger> numbers) => numbers.Concat(Enumerable.Repeat(BigInteger.Zero, 4)).Take(4);

    private static string Core(string version) => version.Split('-', '+')[0];

    // Python writes 1.0rc1, the others 1.0.0-rc.1; a local or build part after + is no prerelease.
    private static bool IsPrerelease(string version) =>
        version.Split('+')[0] is var text && (text.Contains('-', StringComparison.Ordinal) || PrereleaseWord().IsMatch(text));

    private static List<BigInteger> Numbers(string version) =>
        [.. Digits().Matches(version).Take(8).Select(match => BigInteger.Parse(match.Value, CultureInfo.InvariantCulture))];

    private static List<BigInteger> Distance(List<BigInteger> one, List<BigInteger> other) =>
        [.. Enumerable.Range(0, Math.Max(one.Count, other.Count)).Select(i => BigInteger.Abs(At(one, i) - At(other, i)))];

    private static readonly Comparer<IReadOnlyList<BigInteger>> ByPlaces = Comparer<IReadOnlyList<BigInteger>>.Create(CompareNumbers);

    private static int CompareNumbers(IReadOnlyList<BigInteger> one, IReadOnlyList<BigInteger> other)
    {
        for (var i = 0; i < Math.Max(one.Count, other.Count); i++)
            if (At(one, i).CompareTo(At(other, i)) is var order and not 0)
                return order;

        return 0;
    }

    private static BigInteger At(IReadOnlyList<BigInteger> numbers, int place) => place < numbers.Count ? numbers[place] : BigInteger.Zero;

    [GeneratedRegex("[0-9]{1,40}")]
    private static partial Regex Digits();

    [GeneratedRegex("[0-9](?:a|b|c|rc|alpha|beta|pre|preview|dev|\\.dev)[0-9]*", RegexOptions.IgnoreCase)]
    private static partial Regex PrereleaseWord();

    // PEP 440, appendix B.
    [GeneratedRegex("""
        ^v?(?:(?<epoch>[0-9]{1,9})!)?(?<release>[0-9]{1,40}(?:\.[0-9]{1,40})*)
        (?:[-_.]?(?<pre>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?<pren>[0-9]*))?
        (?:-(?<dash>[0-9]+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postn>[0-9]*))?
        (?:[-_.]?(?<dev>dev)[-_.]?(?<devn>[0-9]*))?
        (?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\z
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Python();

    private sealed record PythonVersion(string Epoch, IReadOnlyList<BigInteger> Release, string Suffix, string Local);
}
