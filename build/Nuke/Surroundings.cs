using System.Collections;

namespace Nuke.Common;

/// <summary>Everything a build sees of the process it runs in; a test gives its own.</summary>
internal sealed class Surroundings
{
    private ILookup<string, string>? variablesByBareName;

    /// <summary>The words after the command.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether a person looks at the output.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Columns to wrap text at.</summary>
    public int Width { get; init; } = 100;

    /// <summary>Whether signals to the process stop the build.</summary>
    public bool ListensToSignals { get; init; }

    /// <summary>The directory of the program, where the root is looked for when the working directory has none.</summary>
    public string? ProgramDirectory { get; init; }

    /// <summary>Opens a file for a person to look at.</summary>
    public Action<string>? Open { get; init; }

    /// <summary>The variables by their letters and digits in lower case.</summary>
    public ILookup<string, string> VariablesByBareName =>
        variablesByBareName ??= Environment.Keys.Order(StringComparer.Ordinal).ToLookup(ValueInjection.Spelling.Bare);

    /// <summary>The value of a variable, or null; an empty one counts as unset.</summary>
    public string? Variable(string name) => Environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Those of this process.</summary>
    public static Surroundings OfProcess()
    {
        var environment = new Dictionary<string, string>(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            environment[(string)variable.Key] = (string?)variable.Value ?? "";

        var isTerminal = !Console.IsOutputRedirected;
        var (output, error) = (Output.SafeWriter.Over(Console.OpenStandardOutput), Output.SafeWriter.Over(Console.OpenStandardError));
        // A document is for a program that reads stdout; what the engine says is not part of it.
        var isDocument = string.Join('=', System.Environment.GetCommandLineArgs()) is var line
            && line.Contains("--plan-format=json", StringComparison.OrdinalIgnoreCase) && !line.Split('=').Contains("--plan", StringComparer.OrdinalIgnoreCase);
        Console.SetOut(output);
        Console.SetError(error);
        return new Surroundings
        {
            Arguments = System.Environment.GetCommandLineArgs()[1..],
            Environment = environment,
            WorkingDirectory = System.Environment.CurrentDirectory,
            // Through the console: what a build puts there, such as a display of what is going on, sees our lines too.
            Out = isDocument ? error : new Output.SafeWriter(new Output.ConsoleWriter(), behind: output),
            Error = error,
            IsTerminal = isTerminal,
            Width = isTerminal ? Math.Clamp(Console.WindowWidth, 60, 120) : 100,
            ListensToSignals = true,
            ProgramDirectory = AppContext.BaseDirectory,
            Open = Output.Desktop.Opener(environment, isTerminal),
        };
    }
}
