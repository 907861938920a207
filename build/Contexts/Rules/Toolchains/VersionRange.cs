using System.Globalization;
using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Rules.Toolchains;

/// <summary>The numbers of a version, as many as are known: of <c>1.24</c> two.</summary>
/// <param name="Parts">The numbers.</param>
internal sealed partial record VersionNumber(IReadOnlyList<int> Parts)
{
    /// <summary>The version at the start of <paramref name="text"/>, such as a tag: up to three numbers, and then its end or a dash; null without
    /// one.</summary>
    public static VersionNumber? AtStart(string text) => Start().Match(text) is { Success: true } match ? Of(match.Groups["version"].Value) : null;

    /// <summary>The version that <paramref name="text"/> is.</summary>
    public static VersionNumber? Parse(string text) => Whole().IsMatch(text) ? Of(text) : null;

    /// <summary>Whether this, whatever its unknown numbers are, comes before (-1) or not before (1) <paramref name="other"/>; null when they
    /// decide.</summary>
    public int? CompareTo(VersionNumber other)
    {
        for (var i = 0; i < Parts.Count; i++)
            if (Parts[i].CompareTo(i < other.Parts.Count ? other.Parts[i] : 0) is var order and not 0)
                return order < 0 ? -1 : 1;

        return other.Parts.Skip(Parts.Count).All(part => part == 0) ? 1 : null;
    }

    /// <summary>Whether it begins with the numbers of <paramref name="other"/>; null when it has too few to tell.</summary>
    public bool? StartsWith(VersionNumber other) =>
        Parts.Zip(other.Parts).Any(pair => pair.First != pair.Second) ? false : Parts.Count >= other.Parts.Count ? true : null;

    /// <summary>The first version after all that begin with the first <paramref name="places"/> numbers.</summary>
    public VersionNumber After(int places) => new([.. Parts.Take(places - 1), Parts.ElementAtOrDefault(places - 1) + 1]);

    /// <inheritdoc/>
    public override string ToString() => string.Join('.', Parts);

    private static VersionNumber Of(string text) => new([.. text.Split('.').Select(part => int.Parse(part, CultureInfo.InvariantCulture))]);

    [GeneratedRegex(@"^(?<version>[0-9]{1,6}(?:\.[0-9]{1,6}){0,2})(?:-|\z)", RegexOptions.ExplicitCapture)]
    private static partial Regex Start();

    [GeneratedRegex(@"^[0-9]{1,6}(?:\.[0-9]{1,6}){0,3}\z")]
    private static partial Regex Whole();
}

/// <summary>The versions that a project takes, as pip, Poetry, Bundler and others write them: <c>&gt;=3.10,&lt;4</c>, <c>^3.8</c>,
/// <c>~&gt; 2.4.2</c>, <c>3.10.*</c>.</summary>
internal sealed partial record VersionRange
{
    private readonly IReadOnlyList<(string Operator, VersionNumber Version)> bounds;

    private VersionRange(IReadOnlyList<(string, VersionNumber)> bounds, VersionNumber named) => (this.bounds, Named) = (bounds, named);

    /// <summary>The version that it names first.</summary>
    public VersionNumber Named { get; }

    /// <summary>All versions from <paramref name="version"/> on.</summary>
    public static VersionRange From(VersionNumber version) => new([(">=", version)], version);

    /// <summary>The range that <paramref name="text"/> writes, its parts joined by commas; null when it is not understood.</summary>
    public static VersionRange? Parse(string text)
    {
        var bounds = new List<(string, VersionNumber)>();
        VersionNumber? named = null;
        foreach (var part in text.Split(','))
        {
            if (Bound().Match(part) is not { Success: true } match || VersionNumber.Parse(match.Groups["version"].Value) is not { } version)
                return null;

            named ??= version;
            var isPrefix = match.Groups["star"].Success;
            switch (match.Groups["operator"].Value)
            {
                case "!=":
                    break;
                case ">=" or "<" or "<=" or ">" when !isPrefix:
                    bounds.Add((match.Groups["operator"].Value, version));
                    break;
                case "^" when version.Parts[0] > 0:
                    bounds.AddRange([(">=", version), ("<", version.After(1))]);
                    break;
                // Of "~> 2.4.2" and "~=3.9.1" the last number may grow; of Poetry's "~3.8" the third.
                case "~>" or "~=" when version.Parts.Count > 1:
                    bounds.AddRange([(">=", version), ("<", version.After(version.Parts.Count - 1))]);
                    break;
                case "~" when version.Parts.Count > 1:
                    bounds.AddRange([(">=", version), ("<", version.After(2))]);
                    break;
                case "" or "=" or "==":
                    bounds.Add(("==", version));
                    break;
                default:
                    return null;
            }
        }

        return named is null ? null : new VersionRange(bounds, named);
    }

    /// <summary>Whether <paramref name="version"/> is within it; null when that depends on numbers that are not known.</summary>
    public bool? Allows(VersionNumber version)
    {
        bool? all = true;
        foreach (var (comparison, bound) in bounds)
        {
            var one = comparison switch
            {
                "==" => version.StartsWith(bound),
                ">=" => version.CompareTo(bound) is { } order ? order > 0 : null,
                "<" => version.CompareTo(bound) is { } order ? order < 0 : null,
                // Whether it is the bound itself is not asked: what lies before it is below, what begins otherwise above.
                "<=" => version.CompareTo(bound) is -1 || version.StartsWith(bound) is true ? true
                    : version.StartsWith(bound) is false ? false
                    : null,
                _ => version.CompareTo(bound) is -1 ? false : version.StartsWith(bound) is false ? true : null,
            };
            if (one == false)
                return false;

            all = one is null ? null : all;
        }

        return all;
    }

    [GeneratedRegex(
        @"^\s*(?<operator>[<>=!~^]{0,2})\s*v?(?<version>[0-9]+(?:\.[0-9]+)*)(?<star>\.\*)?\s*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Bound();
}
