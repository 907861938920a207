namespace PhasedRollout.Compose;

/// <summary>Something that is wrong in what the user wrote, as far as the text alone can tell.</summary>
/// <param name="Where">The path of the key in the document, such as <c>services/brain-api/build/context</c>; or the name of a parameter or file.</param>
/// <param name="What">What is wrong there, with the offending value.</param>
/// <param name="Remedy">What would be right.</param>
/// <param name="Location">The line and column, where there is one.</param>
public sealed record Problem(string Where, string What, string Remedy, SourceLocation? Location = null)
{
    /// <summary>One line: where, what, what would be right.</summary>
    public override string ToString() =>
        Location is null ? $"{Where}: {What}; {Remedy}" : $"{Location}: {Where}: {What}; {Remedy}";

    /// <summary><paramref name="problems"/> in the order of the text, each once; those without a place first.</summary>
    public static IReadOnlyList<Problem> Sorted(IEnumerable<Problem> problems) =>
        [.. problems.Distinct()
            .OrderBy(problem => problem.Location?.File, StringComparer.Ordinal)
            .ThenBy(problem => problem.Location?.Line)
            .ThenBy(problem => problem.Location?.Column)];
}
