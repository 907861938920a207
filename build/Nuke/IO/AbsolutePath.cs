using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Nuke.Common.IO;

/// <summary>A rooted, normalised path. <c>root / "a" / "b"</c> descends.</summary>
[TypeConverter(typeof(Converter))]
[SuppressMessage("Usage", "CA2225", Justification = "The operators are the interface; NUKE has no named alternates.")]
public sealed class AbsolutePath : IEquatable<AbsolutePath>, IFormattable
{
    private readonly string path;

    private AbsolutePath(string path) => this.path = path;

    /// <summary>The last part, such as <c>compose.yml</c>.</summary>
    public string Name => Path.GetFileName(path);

    /// <summary>The last part without its extension.</summary>
    public string NameWithoutExtension => Path.GetFileNameWithoutExtension(path);

    /// <summary>The extension with its dot, or an empty text.</summary>
    public string Extension => Path.GetExtension(path);

    /// <summary>The directory that holds it; null for a root.</summary>
    public AbsolutePath? Parent => Path.GetDirectoryName(path) is { } parent ? new AbsolutePath(parent) : null;

    /// <summary>The path of that text.</summary>
    /// <exception cref="ArgumentException">The text is not rooted.</exception>
    public static AbsolutePath Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Path.IsPathFullyQualified(path))
            throw new ArgumentException($"'{path}' is not an absolute path; write RootDirectory / \"{path}\"", nameof(path));
        return new AbsolutePath(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
    }

    /// <summary>The path of a rooted text; null for null.</summary>
    [return: NotNullIfNotNull(nameof(path))]
    public static implicit operator AbsolutePath?(string? path) => path is null ? null : Create(path);

    /// <summary>The text; null for null.</summary>
    [return: NotNullIfNotNull(nameof(path))]
    public static implicit operator string?(AbsolutePath? path) => path?.ToString();

    /// <summary>Descends.</summary>
    /// <exception cref="ArgumentException">The right side is rooted, or leads above the root.</exception>
    public static AbsolutePath operator /(AbsolutePath left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (Path.IsPathRooted(right))
            throw new ArgumentException($"'{right}' is rooted and cannot stand below '{left}'", nameof(right));

        // GetFullPath stops silently at the root, so what climbs higher has to be noticed here.
        var depth = left.path.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Length;
        foreach (var part in right.Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            depth += part switch { "." => 0, ".." => -1, _ => 1 };
            if (depth < 0)
                throw new ArgumentException($"'{right}' leads above the root of '{left}'", nameof(right));
        }

        return Create(Path.Combine(left.path, right));
    }

    /// <summary>The parent: <c>path / ..</c>.</summary>
    public static AbsolutePath operator /(AbsolutePath left, Range range)
    {
        if (!range.Equals(Range.All))
            throw new ArgumentException("Only the whole range, '..', means something here", nameof(range));
        return left / "..";
    }

    /// <summary>Appends text to the last part.</summary>
    public static AbsolutePath operator +(AbsolutePath left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return Create(left.path + right);
    }

    /// <summary>Whether both are the same place.</summary>
    public static bool operator ==(AbsolutePath? left, AbsolutePath? right) => Equals(left, right);

    /// <summary>Whether they are different places.</summary>
    public static bool operator !=(AbsolutePath? left, AbsolutePath? right) => !Equals(left, right);

    /// <inheritdoc/>
    public bool Equals(AbsolutePath? other) => other is not null && string.Equals(path, other.path, Comparison);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AbsolutePath);

    /// <inheritdoc/>
    public override int GetHashCode() => path.GetHashCode(Comparison);

    /// <inheritdoc/>
    public override string ToString() => path;

    /// <summary>The text, quoted: <c>d</c> in double, <c>s</c> in single quotes, <c>dn</c> and <c>sn</c> only when it holds a space, <c>nq</c> never.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        "d" => $"\"{path}\"",
        "s" => $"'{path}'",
        "dn" when path.Contains(' ', StringComparison.Ordinal) => $"\"{path}\"",
        "sn" when path.Contains(' ', StringComparison.Ordinal) => $"'{path}'",
        _ => path,
    };

    private static readonly char[] Separators = OperatingSystem.IsWindows() ? ['/', '\\'] : ['/'];

    private static readonly StringComparison Comparison =
        OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>Reads paths from text; a relative one is relative to the working directory.</summary>
    internal sealed class Converter : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
            sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

        public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
            value is string text ? Create(Path.GetFullPath(text)) : base.ConvertFrom(context, culture, value);
    }
}
