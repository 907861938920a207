using System.Text;

namespace Nuke.Common.Output;

/// <summary>Breaks running text into lines.</summary>
internal static class TextLayout
{
    /// <summary>Appends the words, beginning where the current line ends and going on below at the indentation.</summary>
    public static StringBuilder AppendWrapped(this StringBuilder builder, string text, int indent, int width)
    {
        var column = Column(builder);
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (column > indent && column + 1 + word.Length > width)
            {
                builder.Append('\n');
                column = 0;
            }

            var gap = column < indent ? indent - column : column > indent ? 1 : 0;
            builder.Append(' ', gap).Append(word);
            column += gap + word.Length;
        }

        return builder.Append('\n');
    }

    private static int Column(StringBuilder builder)
    {
        var column = 0;
        while (column < builder.Length && builder[builder.Length - 1 - column] != '\n')
            column++;
        return column;
    }
}
