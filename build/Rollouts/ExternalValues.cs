using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>Values of variables that stand elsewhere: in the file that <c>NAME_FILE</c> names, or in the output of the program that
/// <c>NAME_COMMAND</c> names. They are asked for only where the compose file uses <c>NAME</c> and nothing gives it a value; each is a secret.</summary>
/// <param name="variables">Where <c>NAME_FILE</c> and <c>NAME_COMMAND</c> are looked up.</param>
public sealed class ExternalValues(VariableSet variables)
{
    private const string FileSuffix = "_FILE";
    private const string CommandSuffix = "_COMMAND";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, string?> known = new(StringComparer.Ordinal);
    private readonly List<Problem> problems = [];

    /// <summary>What is wrong with files that were asked for.</summary>
    public IReadOnlyList<Problem> Problems => problems;

    /// <summary>The values that were found.</summary>
    public IEnumerable<string> Secrets => known.Values.OfType<string>();

    /// <summary>The value of a variable; null when it stands nowhere. A program runs once, however often its value is used.</summary>
    /// <exception cref="WorldRefusedException">The program failed.</exception>
    public string? Find(string name)
    {
        if (name.EndsWith(FileSuffix, StringComparison.Ordinal) || name.EndsWith(CommandSuffix, StringComparison.Ordinal))
            return null;
        if (!known.TryGetValue(name, out var value))
            known[name] = value = Read(name);
        return value;
    }

    private string? Read(string name) =>
        variables[name + FileSuffix] is { Length: > 0 } path ? ReadFile(name + FileSuffix, path)
        : variables[name + CommandSuffix] is { Length: > 0 } command ? Run(name + CommandSuffix, command)
        : null;

    private string? ReadFile(string variable, string path)
    {
        try
        {
            return WithoutLineEnd(File.ReadAllText(path, Encoding.UTF8));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Add(new Problem(variable, $"it names '{path}', and there is no such file", "create the file, or name another one"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problems.Add(new Problem(variable, $"it names '{path}', which cannot be read", "check that it is a file, and its permissions"));
        }

        return null;
    }

    private string? Run(string variable, string command)
    {
        if (Words(command) is not { Count: > 0 } words)
        {
            problems.Add(new Problem(variable, "it is no list of a program and its arguments", "for example: pass show shop/database, or [\"pass\", \"show\", \"shop/database\"]"));
            return null;
        }

        var start = new ProcessStartInfo(words[0], words.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start) ?? throw new Win32Exception();
            process.StandardInput.Close();
            // What it says there may hold what nobody knows yet to be a secret.
            process.BeginErrorReadLine();
            using var end = new Timer(_ => process.Kill(entireProcessTree: true), null, Patience, Timeout.InfiniteTimeSpan);
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? WithoutLineEnd(output)
                : throw Refused(string.Create(CultureInfo.InvariantCulture, $"ended with exit code {process.ExitCode}"));
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            throw Refused("could not be started");
        }

        WorldRefusedException Refused(string what) => new(
            FailureClass.Unknown,
            $"{variable}: the program '{words[0]}' {what}, so its variable has no value",
            $"run it yourself and see what it says; it is run without a shell, and has {Patience.TotalSeconds:0} s");
    }

    /// <summary>A JSON list of texts, or words with blanks between them, in which quotes hold blanks together; nothing else means anything, since
    /// there is no shell. Null when it is neither.</summary>
    internal static IReadOnlyList<string>? Words(string command)
    {
        if (command.TrimStart().StartsWith('['))
        {
            try
            {
                return JsonSerializer.Deserialize(command, WordsJson.Default.StringArray);
            }
            catch (JsonException)
            {
                return null;
            }
        }

        List<string> words = [];
        StringBuilder? word = null;
        char? quote = null;
        foreach (var character in command)
        {
            if (quote is null && character is '"' or '\'')
                (quote, word) = (character, word ?? new StringBuilder());
            else if (character == quote)
                quote = null;
            else if (quote is not null || !char.IsWhiteSpace(character))
                (word ??= new StringBuilder()).Append(character);
            else if (word is not null)
                (words, word) = ([.. words, word.ToString()], null);
        }

        if (word is not null)
            words.Add(word.ToString());
        return quote is null ? words : null;
    }

    // The line end that an editor or a program puts there is not part of the value.
    private static string WithoutLineEnd(string text) => text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
}
