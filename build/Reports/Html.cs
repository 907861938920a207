using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace PhasedRollout.Reports;

/// <summary>A piece of HTML. The only way to put a value into one is an interpolated string, which escapes it unless it is HTML itself:
/// forgetting to escape does not compile.</summary>
internal readonly struct Html
{
    private readonly string? markup;

    private Html(string markup) => this.markup = markup;

    /// <summary>Nothing.</summary>
    public static Html None => default;

    /// <summary>The markup of an interpolated string; its values stand as text, in element content and in quoted attributes.</summary>
    public static Html Of(HtmlInterpolation markup) => new(markup.ToString());

    /// <summary>Markup that we wrote ourselves.</summary>
    public static Html Trusted(string markup) => new(markup);

    /// <summary>A piece for every item.</summary>
    public static Html Each<T>(IEnumerable<T> items, Func<T, Html> render) =>
        new(string.Concat(items.Select(item => render(item).ToString())));

    /// <summary>The markup.</summary>
    public override string ToString() => markup ?? "";
}

/// <summary>Builds <see cref="Html"/> from an interpolated string.</summary>
[InterpolatedStringHandler]
internal readonly struct HtmlInterpolation(int literalLength, int formattedCount)
{
    // Letters of every script stay readable; HTML's own characters and quotes never stay.
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder builder = new(literalLength + (formattedCount * 16));

    public void AppendLiteral(string literal) => builder.Append(literal);

    public void AppendFormatted(Html html) => builder.Append(html.ToString());

    public void AppendFormatted(string? text) => builder.Append(Encoder.Encode(text ?? ""));

    public void AppendFormatted(int number) => builder.Append(number.ToString(CultureInfo.InvariantCulture));

    public override string ToString() => builder.ToString();
}
