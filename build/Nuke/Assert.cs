using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Nuke.Common.IO;

namespace Nuke.Common;

/// <summary>Statements that must hold; when one does not, the target fails with its message and no stack trace.</summary>
public static class Assert
{
    /// <summary>Fails the target.</summary>
    [DoesNotReturn]
    public static void Fail(string text, Exception? exception = null) => throw new AssertionException(text, exception);

    /// <summary>Fails the target unless the condition holds.</summary>
    public static void True(
        [DoesNotReturnIf(false)] bool condition, string? message = null, [CallerArgumentExpression(nameof(condition))] string? argumentExpression = null)
    {
        if (!condition)
            Fail(message ?? $"Expected condition to be true: {argumentExpression}");
    }

    /// <summary>Fails the target if the condition holds.</summary>
    public static void False(
        [DoesNotReturnIf(true)] bool condition, string? message = null, [CallerArgumentExpression(nameof(condition))] string? argumentExpression = null)
    {
        if (condition)
            Fail(message ?? $"Expected condition to be false: {argumentExpression}");
    }

    /// <summary>Fails the target if the value is null; otherwise gives it back.</summary>
    public static T NotNull<T>(
        [NotNull] this T? obj, string? message = null, [CallerArgumentExpression(nameof(obj))] string? argumentExpression = null)
        where T : class
    {
        if (obj is null)
            Fail(message ?? $"Expected a value, got null: {argumentExpression}");
        return obj;
    }

    /// <summary>Fails the target if the text is null or empty; otherwise gives it back.</summary>
    public static string NotNullOrEmpty(
        [NotNull] this string? str, string? message = null, [CallerArgumentExpression(nameof(str))] string? argumentExpression = null)
    {
        if (string.IsNullOrEmpty(str))
            Fail(message ?? $"Expected a text, got none: {argumentExpression}");
        return str;
    }

    /// <summary>Fails the target unless the file exists.</summary>
    public static void FileExists(AbsolutePath path, string? message = null)
    {
        if (!path.FileExists())
            Fail(message ?? $"Expected a file: {path}");
    }

    /// <summary>Fails the target unless the directory exists.</summary>
    public static void DirectoryExists(AbsolutePath path, string? message = null)
    {
        if (!path.DirectoryExists())
            Fail(message ?? $"Expected a directory: {path}");
    }
}

/// <summary>What <see cref="Assert"/> throws.</summary>
internal sealed class AssertionException(string message, Exception? inner) : ArgumentException(message, inner);
