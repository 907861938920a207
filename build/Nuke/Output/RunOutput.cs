using System.Globalization;
using Nuke.Common.CI;
using Nuke.Common.CI.GitHubActions;
using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>What the engine itself shows of a run: banners or groups, and single lines.</summary>
internal sealed class RunOutput(BuildSession session, LogFile logFile)
{
    private readonly TextWriter writer = session.Surroundings.Out;

    public Style Style { get; } = Style.For(session.Surroundings);

    private bool IsGitHub => session.Host is GitHubActions;

    public void Line(string text = "")
    {
        var shown = session.Secrets.Apply(text);
        writer.WriteLine(shown);
        logFile.Write(shown);
    }

    /// <summary>A line of the log, already free of secrets.</summary>
    public void LogLine(string level, string text, string paintedLevel)
    {
        var time = session.Surroundings.Time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        logFile.Write($"{time} [{level}] {text}");
        if (IsGitHub && Command(level) is { } command)
            writer.WriteLine($"::{command}::{Escaped(text)}");
        else
            writer.WriteLine($"{Style.Faint(time)} [{paintedLevel}] {Disarmed(text)}");
    }

    public void Begin(ExecutableTarget target)
    {
        logFile.Write($"--- {target.Name}");
        if (IsGitHub)
        {
            writer.WriteLine($"::group::{target.Name}");
            return;
        }

        writer.WriteLine();
        writer.WriteLine(Style.Accent("╬" + new string('═', Math.Max(target.Name.Length + 3, 20))));
        writer.WriteLine(Style.Accent("║ ") + Style.Strong(target.Name));
        writer.WriteLine(Style.Accent("╬" + new string('═', Math.Max(target.Name.Length + 1, 10))));
        writer.WriteLine();
    }

    public void End()
    {
        if (IsGitHub)
            writer.WriteLine("::endgroup::");
    }

    private string Disarmed(string text) => session.Host switch
    {
        GitHubActions => Visible.ForGitHub(text),
        IBuildServer => Visible.ForServiceMessages(text),
        _ => text,
    };

    private static string? Command(string level) => level switch { "WRN" => "warning", "ERR" or "FTL" => "error", _ => null };

    private static string Escaped(string text) =>
        text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);
}
