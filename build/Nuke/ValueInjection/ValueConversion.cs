using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Nuke.Common.IO;

namespace Nuke.Common.ValueInjection;

/// <summary>Turns texts into values, or says what would have been right.</summary>
internal static class ValueConversion
{
    private static readonly Dictionary<Type, (Int128 Least, Int128 Most)> WholeNumbers = new()
    {
        [typeof(sbyte)] = (sbyte.MinValue, sbyte.MaxValue),
        [typeof(byte)] = (byte.MinValue, byte.MaxValue),
        [typeof(short)] = (short.MinValue, short.MaxValue),
        [typeof(ushort)] = (ushort.MinValue, ushort.MaxValue),
        [typeof(int)] = (int.MinValue, int.MaxValue),
        [typeof(uint)] = (uint.MinValue, uint.MaxValue),
        [typeof(long)] = (long.MinValue, long.MaxValue),
        [typeof(ulong)] = (ulong.MinValue, ulong.MaxValue),
    };

    /// <param name="parameter">What is to be set.</param>
    /// <param name="given">The texts.</param>
    /// <param name="baseDirectory">What relative paths are relative to.</param>
    /// <param name="problem">What is wrong, or null.</param>
    public static object? Convert(Parameter parameter, GivenValue given, string baseDirectory, out string? problem)
    {
        problem = null;
        if (!parameter.IsArray)
            return One(parameter, given, given.Texts.Count > 0 ? given.Texts[^1] : null, baseDirectory, out problem);

        var texts = Separated(parameter, given.Texts);
        var values = Array.CreateInstance(parameter.Type.GetElementType()!, texts.Count);
        for (var i = 0; i < texts.Count && problem is null; i++)
            values.SetValue(One(parameter, given, texts[i], baseDirectory, out problem), i);
        return values;
    }

    /// <summary>How a value reads; never for secrets.</summary>
    public static string Show(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        Enum => Spelling.Dashed(value.ToString()!),
        Array array => string.Join(" ", array.Cast<object?>().Select(Show)),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>The texts that are possible, when they are few and known.</summary>
    public static IReadOnlyList<string>? Choices(Type type)
    {
        if (type.IsEnum)
            return [.. Enum.GetNames(type).Select(Spelling.Dashed)];
        return type != typeof(AbsolutePath) && OwnConverter(type) is { } converter && converter.GetStandardValuesSupported()
            ? [.. converter.GetStandardValues()!.Cast<object>().Select(Show)]
            : null;
    }

    /// <summary>A word for the kind of value: <c>&lt;number&gt;</c>.</summary>
    public static string Kind(Type type) => type switch
    {
        _ when type == typeof(bool) => "true|false",
        _ when type == typeof(AbsolutePath) => "<path>",
        _ when type == typeof(TimeSpan) => "<hh:mm:ss>",
        _ when type == typeof(string) => "<text>",
        _ when IsWholeNumber(type) || type == typeof(double) || type == typeof(float) || type == typeof(decimal) => "<number>",
        _ => $"<{Spelling.Dashed(type.Name)}>",
    };

    private static object? One(Parameter parameter, GivenValue given, string? text, string baseDirectory, out string? problem)
    {
        problem = null;
        if (text is null)
        {
            if (parameter.IsFlag)
                return true;
            if (!parameter.ValueIsOptional)
                problem = $"{given.Where}: a value is missing; write {parameter.Switch} {parameter.Kind}";
            return null;
        }

        try
        {
            return Parse(parameter, text, baseDirectory);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException or NotSupportedException
            || exception.InnerException is FormatException or ArgumentException or OverflowException)
        {
            var shown = parameter.IsSecret ? "the value" : $"'{text}'";
            problem = exception is ExplainedFormatException
                ? $"{given.Where}: {shown} {exception.Message}"
                : $"{given.Where}: {(parameter.IsSecret ? "the value is not usable" : Reason(exception, text, parameter.ElementType))}";
            return null;
        }
    }

    /// <summary>A converter's own message already says what would be right; it only has to name the value too.</summary>
    private static string Reason(Exception exception, string text, Type type)
    {
        var message = (exception is FormatException or ArgumentException or OverflowException ? exception : exception.InnerException ?? exception).Message;
        return message.Contains(text, StringComparison.Ordinal) && text.Length > 0 && OwnConverter(type) is not null
            ? message
            : $"'{text}' is no {Kind(type).Trim('<', '>')}: {message}";
    }

    private static object Parse(Parameter parameter, string text, string baseDirectory)
    {
        var type = parameter.ElementType;
        if (parameter.Choices is { } choices)
        {
            if (choices.FirstOrDefault(choice => Spelling.Same(choice, text)) is not { } choice)
            {
                var hint = Nearest.To(text, choices) is { } near ? $"; did you mean {near}?" : "";
                throw new ExplainedFormatException($"is none of {string.Join(", ", choices)}{hint}");
            }

            if (type == typeof(string))
                return choice;
            if (type.IsEnum)
                return Enum.Parse(type, Enum.GetNames(type).First(name => Spelling.Same(name, choice)));
        }

        if (type == typeof(string))
            return text;
        if (type == typeof(bool))
            return bool.TryParse(text, out var flag) ? flag : throw new ExplainedFormatException("is neither true nor false");
        if (type == typeof(AbsolutePath))
            return text.Length > 0 ? AbsolutePath.Create(Path.Combine(baseDirectory, text)) : throw new ExplainedFormatException("is no path");
        if (type == typeof(TimeSpan))
        {
            // Without a colon TimeSpan.Parse reads days: "10" would be ten of them.
            return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time)
                ? time
                : throw new ExplainedFormatException("is no time; write hours, minutes and seconds as 00:05:00");
        }

        return IsWholeNumber(type) ? WholeNumber(type, text) : Other(type, text);
    }

    private static object WholeNumber(Type type, string text)
    {
        if (!Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw new ExplainedFormatException("is not a whole number");
        var (least, most) = WholeNumbers[type];
        if (number < least || number > most)
            throw new ExplainedFormatException(string.Create(CultureInfo.InvariantCulture, $"is not between {least} and {most}"));
        return System.Convert.ChangeType(number.ToString(CultureInfo.InvariantCulture), type, CultureInfo.InvariantCulture);
    }

    private static object Other(Type type, string text)
    {
        if (type == typeof(double) || type == typeof(float) || type == typeof(decimal))
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
                ? System.Convert.ChangeType(text, type, CultureInfo.InvariantCulture)
                : throw new ExplainedFormatException("is not a number; write it as 1.5");
        }

        var converter = OwnConverter(type) ?? TypeDescriptor.GetConverter(type);
        if (!converter.CanConvertFrom(typeof(string)))
            throw new NotSupportedException($"{type.Name} cannot be read from a text; give it a TypeConverter");
        return converter.ConvertFromInvariantString(text) ?? throw new FormatException("no value");
    }

    private static List<string> Separated(Parameter parameter, IReadOnlyList<string> texts) =>
        parameter.Separator is { Length: > 0 } separator
            ? [.. texts.SelectMany(text => text.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))]
            : [.. texts];

    /// <summary>The converter that a type names itself. TypeDescriptor finds it too, and starts far more than a help text needs.</summary>
    private static TypeConverter? OwnConverter(Type type) =>
        type.GetCustomAttribute<TypeConverterAttribute>() is { } attribute
        && Type.GetType(attribute.ConverterTypeName) is { IsAbstract: false } converter && converter.GetConstructor(Type.EmptyTypes) is not null
            ? (TypeConverter)Activator.CreateInstance(converter)!
            : null;

    private static bool IsWholeNumber(Type type) => WholeNumbers.ContainsKey(type);

    /// <summary>Says what is wrong in words that follow the quoted value.</summary>
    private sealed class ExplainedFormatException(string message) : FormatException(message);
}
