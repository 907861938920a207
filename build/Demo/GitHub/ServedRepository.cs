namespace PhasedRollout.Demo.GitHub;

/// <summary>A repository as the stand-in serves it.</summary>
/// <param name="FullName"><c>owner/name</c>.</param>
/// <param name="Git">Its objects.</param>
/// <param name="IsArchived">Its owner has archived it.</param>
internal sealed record ServedRepository(string FullName, GitRepository Git, bool IsArchived)
{
    /// <summary>The owner.</summary>
    public string Owner => FullName[..FullName.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>The name.</summary>
    public string Name => FullName[(FullName.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>The number under which it is found whatever its name.</summary>
    public int Id => StableNumber(FullName);

    /// <summary>A number that is the same everywhere and each time.</summary>
    public static int StableNumber(string text) => text.Aggregate(17, (sum, letter) => unchecked((sum * 31) + letter)) & int.MaxValue;
}
