using System.Linq.Expressions;
using Microsoft.Extensions.Time.Testing;
using Nuke.Common;
using Nuke.Common.Execution;

namespace PhasedRollout.Tests.Nuke;

/// <summary>What a run gave back.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error, string Root);

/// <summary>Runs a build within the test process, with an environment and a root directory of its own.</summary>
internal sealed class Running : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("nuke-");

    public Running() => Directory.CreateDirectory(Path.Combine(Root, ".nuke"));

    public string Root => root.FullName;

    public Dictionary<string, string> Environment { get; } = [];

    public string? WorkingDirectory { get; init; }

    public string ParametersFile
    {
        set => File.WriteAllText(Path.Combine(Root, ".nuke", "parameters.json"), value);
    }

    public Action<string>? Open { get; init; }

    public Outcome Run<T>(params string[] arguments)
        where T : NukeBuild, new() => Run<T>(null, arguments);

    public Outcome Run<T>(Expression<Func<T, Target>>? byDefault, params string[] arguments)
        where T : NukeBuild, new()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var surroundings = new Surroundings
        {
            Arguments = arguments,
            Environment = Environment,
            WorkingDirectory = WorkingDirectory ?? Root,
            Out = output,
            Error = error,
            Time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)),
            Open = Open,
        };
        var exitCode = BuildRun.Execute(static () => new T(), typeof(T), byDefault is null ? [] : [byDefault], surroundings);
        return new Outcome(exitCode, output.ToString(), error.ToString(), Root);
    }

    public void Dispose() => root.Delete(recursive: true);
}

/// <summary>The static members of NukeBuild and of Serilog belong to one run at a time.</summary>
[CollectionDefinition(Name)]
public sealed class OneRunAtATime
{
    public const string Name = "Nuke";
}
