using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>The expression of a pattern that a repository wrote: it must not be able to keep us busy.</summary>
internal static class WildcardExpression
{
    // With two wildcards a match costs the square of a path's length at worst, with each further one a power more.
    private const int AtMostWhenBacktracking = 2;

    /// <summary>The expression; its time is bounded for any text.</summary>
    /// <param name="expression">Its text, of literals, classes and <paramref name="wildcards"/> parts of any length, none within another.</param>
    /// <param name="wildcards">How many parts of any length there are.</param>
    /// <param name="options">Further options.</param>
    /// <exception cref="ArgumentException">It is malformed.</exception>
    public static Regex Create(string expression, int wildcards, RegexOptions options = RegexOptions.None) =>
        // The expression without backtracking costs a tenth of a second when the first is made.
        new(expression, options | RegexOptions.CultureInvariant | (wildcards > AtMostWhenBacktracking ? RegexOptions.NonBacktracking : RegexOptions.None));
}
