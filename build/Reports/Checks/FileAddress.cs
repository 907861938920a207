namespace PhasedRollout.Reports.Checks;

/// <summary>Writes the path of a file as a URI reference (RFC 3986).</summary>
internal static class FileAddress
{
    /// <summary>True for a file that is not below the repository's root.</summary>
    public static bool IsWhole(string file) => file.StartsWith('/') || (file.Length > 1 && file[1] == ':');

    /// <summary>A relative reference, or a <c>file:</c> URI for a path from the root of the file system.</summary>
    public static string Of(string file)
    {
        var segments = string.Join('/', file.Split('/').Select(Uri.EscapeDataString));
        return !IsWhole(file) ? segments : file.StartsWith('/') ? "file://" + segments : "file:///" + segments;
    }
}
