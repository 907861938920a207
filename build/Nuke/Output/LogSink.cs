using System.Globalization;
using Nuke.Common.Execution;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Nuke.Common.Output;

/// <summary>Receives what targets log: shows it without secrets, and keeps warnings and errors for the end.</summary>
internal sealed class LogSink(BuildSession session, RunOutput output, Func<ExecutableTarget?> running) : ILogEventSink
{
    private readonly Lock gate = new();
    private readonly List<LogEntry> entries = [];

    /// <summary>Warnings and errors so far.</summary>
    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (gate)
                return [.. entries];
        }
    }

    /// <summary>From here on everything that is logged arrives at the sink.</summary>
    public static LogSink Install(BuildSession session, RunOutput output, Func<ExecutableTarget?> running)
    {
        var sink = new LogSink(session, output, running);
        Log.Logger = new LoggerConfiguration().MinimumLevel.Is(Least(session.Verbosity)).WriteTo.Sink(sink).CreateLogger();
        return sink;
    }

    public void Emit(LogEvent logEvent)
    {
        var message = Message(logEvent);
        if (logEvent.Exception is { } exception)
            message += Environment.NewLine + (FailureText.IsExpected(exception) ? FailureText.Brief(exception) : FailureText.Full(exception));
        message = Visible.Text(session.Secrets.Apply(message));
        var (level, painted) = Level(logEvent.Level);
        lock (gate)
        {
            if (logEvent.Level >= LogEventLevel.Warning)
                entries.Add(new LogEntry(level, painted, running()?.Name, message));
            output.LogLine(level, message, painted);
        }
    }

    private static string Message(LogEvent logEvent)
    {
        // Texts stand as they are; Serilog's own rendering puts quotation marks around them.
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var token in logEvent.MessageTemplate.Tokens)
        {
            if (token is Serilog.Parsing.PropertyToken property
                && logEvent.Properties.TryGetValue(property.PropertyName, out var value)
                && value is ScalarValue { Value: string text })
                writer.Write(text);
            else
                token.Render(logEvent.Properties, writer, CultureInfo.InvariantCulture);
        }

        return writer.ToString();
    }

    private (string Level, string Painted) Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => ("VRB", output.Style.Faint("VRB")),
        LogEventLevel.Debug => ("DBG", output.Style.Faint("DBG")),
        LogEventLevel.Information => ("INF", output.Style.Accent("INF")),
        LogEventLevel.Warning => ("WRN", output.Style.Warning("WRN")),
        LogEventLevel.Error => ("ERR", output.Style.Bad("ERR")),
        _ => ("FTL", output.Style.Bad("FTL")),
    };

    private static LogEventLevel Least(Verbosity verbosity) => verbosity switch
    {
        Verbosity.Verbose => LogEventLevel.Verbose,
        Verbosity.Normal => LogEventLevel.Debug,
        Verbosity.Minimal => LogEventLevel.Warning,
        _ => LogEventLevel.Error,
    };
}

/// <summary>A warning or an error that was logged.</summary>
internal sealed record LogEntry(string Level, string PaintedLevel, string? Target, string Message);
