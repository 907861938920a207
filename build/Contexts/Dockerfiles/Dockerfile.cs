using System.Text;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>A Dockerfile as BuildKit's parser reads it (github.com/moby/buildkit, <c>frontend/dockerfile/parser</c> and <c>instructions</c>).
/// Any bytes give one: what is wrong with them is among the <see cref="Problems"/>.</summary>
public sealed record Dockerfile
{
    /// <summary>The instructions in the order of the file.</summary>
    public required IReadOnlyList<Instruction> Instructions { get; init; }

    /// <summary>What is wrong, in the order of the lines.</summary>
    public required IReadOnlyList<DockerfileProblem> Problems { get; init; }

    /// <summary>The parser directives, such as <c># syntax=docker/dockerfile:1</c>; names in lower case.</summary>
    public required IReadOnlyList<ParserDirective> Directives { get; init; }

    /// <summary>The character that escapes and continues lines: <c>\</c> or <c>`</c>.</summary>
    public char Escape { get; init; } = '\\';

    /// <summary>The frontend image of the syntax directive, or null: the one built into the builder. The classic builder ignores it.</summary>
    public string? Syntax { get; init; }

    /// <summary>True when the syntax directive names a frontend that is not Docker's own: what it takes for right is unknown.</summary>
    public bool HasForeignSyntax => Syntax is { } frontend && !SyntaxDirective.IsDockers(frontend);

    /// <summary>Reads the bytes of a file.</summary>
    public static Dockerfile Parse(ReadOnlySpan<byte> bytes) => new DockerfileParser(bytes).Parse();

    /// <summary>Reads a text, such as <c>dockerfile_inline</c>.</summary>
    public static Dockerfile Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));
}

/// <summary>A parser directive.</summary>
/// <param name="Name">Its name in lower case: <c>syntax</c>, <c>escape</c> or <c>check</c>.</param>
/// <param name="Value">Its value.</param>
/// <param name="Line">Its line, from 1.</param>
public sealed record ParserDirective(string Name, string Value, int Line);

/// <summary>What a builder makes of a problem.</summary>
public enum ProblemKind
{
    /// <summary>It may not mean what its author thinks; every builder takes it.</summary>
    Suspicious,
    /// <summary>Some builders or versions refuse it.</summary>
    RefusedBySome,
    /// <summary>Every builder refuses the file.</summary>
    Refused,
}

/// <summary>Something that is wrong in a Dockerfile.</summary>
/// <param name="Line">The line of the instruction, from 1; of the last line when it concerns the whole file.</param>
/// <param name="Kind">What a builder makes of it.</param>
/// <param name="Message">What is wrong; it may quote the file.</param>
/// <param name="Remedy">What would be right.</param>
public sealed record DockerfileProblem(int Line, ProblemKind Kind, string Message, string Remedy);
