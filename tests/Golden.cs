namespace PhasedRollout.Tests;

/// <summary>Compares text with a file that lies beside the test in its real format.</summary>
internal static class Golden
{
    /// <summary>Fails when <paramref name="actual"/> is not what the file holds. With <c>UPDATE_GOLDEN=1</c> in the environment
    /// the file is written instead, to be reviewed as a change.</summary>
    public static void ShouldBeGolden(this string actual, params string[] path)
    {
        var file = Repository.PathOf(["tests", .. path]);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(file, actual);

        File.Exists(file).ShouldBeTrue($"{file} is missing; run with UPDATE_GOLDEN=1 to write it");
        actual.ShouldBe(File.ReadAllText(file), $"differs from {file}");
    }
}
