namespace Nuke.Common.Output;

/// <summary>Colours for a terminal; without one, plain text.</summary>
internal sealed class Style(bool isColoured)
{
    public static Style For(Surroundings surroundings) => new(
        surroundings.IsTerminal && surroundings.Variable("NO_COLOR") is null && surroundings.Variable("TERM") is not "dumb");

    public string Strong(string text) => Paint("1", text);

    public string Faint(string text) => Paint("2", text);

    public string Good(string text) => Paint("32", text);

    public string Bad(string text) => Paint("31", text);

    public string Warning(string text) => Paint("33", text);

    public string Accent(string text) => Paint("36", text);

    private string Paint(string code, string text) => isColoured ? $"\e[{code}m{text}\e[0m" : text;
}
