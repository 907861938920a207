using System.Text;

namespace Nuke.Common.IO;

/// <summary>What builds do with paths.</summary>
public static class AbsolutePathExtensions
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Whether it is a file that exists.</summary>
    public static bool FileExists(this AbsolutePath? path) => path is not null && File.Exists(path.ToString());

    /// <summary>Whether it is a directory that exists.</summary>
    public static bool DirectoryExists(this AbsolutePath? path) => path is not null && Directory.Exists(path.ToString());

    /// <summary>Creates the directory and its parents where they are missing.</summary>
    public static AbsolutePath CreateDirectory(this AbsolutePath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Directory.CreateDirectory(path.ToString());
        return path;
    }

    /// <summary>An empty directory in its place.</summary>
    public static AbsolutePath CreateOrCleanDirectory(this AbsolutePath path)
    {
        path.DeleteDirectory();
        return path.CreateDirectory();
    }

    /// <summary>Deletes the file if it exists.</summary>
    public static void DeleteFile(this AbsolutePath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.FileExists())
            File.Delete(path.ToString());
    }

    /// <summary>Deletes the directory and what it holds, if it exists.</summary>
    public static void DeleteDirectory(this AbsolutePath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.DirectoryExists())
            Directory.Delete(path.ToString(), recursive: true);
    }

    /// <summary>The text of the file.</summary>
    public static string ReadAllText(this AbsolutePath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return File.ReadAllText(path.ToString());
    }

    /// <summary>The lines of the file.</summary>
    public static string[] ReadAllLines(this AbsolutePath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return File.ReadAllLines(path.ToString());
    }

    /// <summary>Writes the text as UTF-8, ending in a line feed; creates the directory where it is missing.</summary>
    public static AbsolutePath WriteAllText(this AbsolutePath path, string content)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(content);
        path.Parent?.CreateDirectory();
        File.WriteAllText(path.ToString(), content.EndsWith('\n') ? content : content + "\n", Utf8);
        return path;
    }

    /// <summary>The files below that match, sorted.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="pattern">A file name with <c>*</c> and <c>?</c>.</param>
    /// <param name="depth">How many levels down; 1 is the directory itself.</param>
    public static IReadOnlyCollection<AbsolutePath> GetFiles(this AbsolutePath path, string pattern = "*", int depth = 1)
    {
        ArgumentNullException.ThrowIfNull(path);
        var options = new EnumerationOptions { RecurseSubdirectories = depth > 1, MaxRecursionDepth = depth - 1, AttributesToSkip = 0 };
        return [.. Directory.EnumerateFiles(path.ToString(), pattern, options).Order(StringComparer.Ordinal).Select(AbsolutePath.Create)];
    }

    /// <summary>How the path reads from another one.</summary>
    public static string GetRelativePathTo(this AbsolutePath path, AbsolutePath destination)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(destination);
        return Path.GetRelativePath(path.ToString(), destination.ToString());
    }
}
