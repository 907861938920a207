using System.Text.RegularExpressions;

namespace PhasedRollout.Tests.Runs.Terminal;

/// <summary>What a terminal shows: as much of ECMA-48 as progress needs, with wrapping and scrolling. What it does not know is an error.</summary>
internal sealed partial class Screen(int columns, int rows)
{
    private readonly List<char[]> lines = [.. Enumerable.Range(0, rows).Select(_ => Blank(columns))];
    private readonly List<string> above = [];
    private string rest = "";
    private int row;
    private int column;

    /// <summary>The lines on the screen now.</summary>
    public IReadOnlyList<string> Shown => [.. lines.Select(Text)];

    /// <summary>What has scrolled off, and the screen.</summary>
    public string Everything => string.Join('\n', above.Concat(Shown)).TrimEnd('\n', ' ');

    /// <summary>Takes what a program wrote; a sequence may be cut anywhere.</summary>
    public void Write(string text)
    {
        text = rest + text;
        rest = "";
        for (var index = 0; index < text.Length;)
        {
            if (text[index] == '\e')
            {
                if (Sequence().Match(text[index..]) is not { Success: true } match)
                {
                    rest = text[index..];
                    return;
                }

                if (match.Groups[2].Success)
                    Obey(match.Groups[2].Value[0], match.Groups[1].Value);
                index += match.Length;
            }
            else
            {
                Put(text[index++]);
            }
        }
    }

    /// <summary>Another size: lines are cut, not wrapped anew, and the cursor keeps its line.</summary>
    public void Resize(int width, int height)
    {
        for (var index = 0; index < lines.Count; index++)
        {
            var line = Blank(width);
            lines[index].AsSpan(0, Math.Min(width, lines[index].Length)).CopyTo(line);
            lines[index] = line;
        }

        while (lines.Count > height)
        {
            above.Add(Text(lines[0]));
            lines.RemoveAt(0);
            row = Math.Max(0, row - 1);
        }

        while (lines.Count < height)
            lines.Add(Blank(width));
        (columns, rows, column) = (width, height, Math.Min(column, width));
    }

    private void Obey(char command, string parameter)
    {
        var count = int.TryParse(parameter, out var number) ? number : 1;
        switch (command)
        {
            case 'A':
                row = Math.Max(0, row - count);
                break;
            case 'J' when parameter.Length == 0:
                Erase(row, column);
                for (var below = row + 1; below < rows; below++)
                    Erase(below, 0);
                break;
            case 'K' when parameter.Length == 0:
                Erase(row, column);
                break;
            // Colours; the keypad and cursor modes that .NET's console sets.
            case 'm' or 'h' or 'l':
                break;
            default:
                throw new InvalidOperationException($"a sequence that this screen does not know: ESC [ {parameter} {command}");
        }
    }

    private void Put(char character)
    {
        switch (character)
        {
            case '\r':
                column = 0;
                break;
            case '\n':
                NextLine();
                break;
            case >= ' ':
                if (column == columns)
                {
                    column = 0;
                    NextLine();
                }

                lines[row][column++] = character;
                break;
        }
    }

    private void NextLine()
    {
        if (row < rows - 1)
        {
            row++;
            return;
        }

        above.Add(Text(lines[0]));
        lines.RemoveAt(0);
        lines.Add(Blank(columns));
    }

    private void Erase(int line, int from) => Array.Fill(lines[line], ' ', Math.Min(from, columns), columns - Math.Min(from, columns));

    private static char[] Blank(int width)
    {
        var line = new char[width];
        Array.Fill(line, ' ');
        return line;
    }

    private static string Text(char[] line) => new string(line).TrimEnd();

    [GeneratedRegex(@"\A\x1b(?:\[(\??[0-9;]*)([A-Za-z])|[=>])")]
    private static partial Regex Sequence();
}
