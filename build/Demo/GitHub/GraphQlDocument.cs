using System.Globalization;
using System.Text.RegularExpressions;

namespace PhasedRollout.Demo.GitHub;

/// <summary>A field that is asked for, or (with <see cref="OnType"/>) the fields of a type among several.</summary>
/// <param name="Name">Its name in the schema; empty for a fragment.</param>
/// <param name="Alias">The name under which its value is answered.</param>
/// <param name="Arguments">Its arguments; variables are filled in.</param>
/// <param name="Fields">What is asked of its value.</param>
/// <param name="OnType">The type to which a fragment applies; null for a field.</param>
internal sealed record GraphQlField(
    string Name, string Alias, IReadOnlyDictionary<string, object?> Arguments, IReadOnlyList<GraphQlField> Fields, string? OnType = null);

/// <summary>A text that is no GraphQL, or uses what this reader does not know.</summary>
internal sealed class GraphQlException(string message) : Exception(message);

/// <summary>
/// Reads a query: operations, aliases, arguments, variables, inline and named fragments, comments; no mutations, directives, lists or objects.
/// Grammar: https://spec.graphql.org/October2021/#sec-Document-Syntax
/// </summary>
internal sealed partial class GraphQlDocument
{
    private readonly List<string> _tokens;
    private readonly IReadOnlyDictionary<string, object?> _variables;
    private readonly Dictionary<string, int> _fragments = new(StringComparer.Ordinal);
    private int _next;

    private GraphQlDocument(string text, IReadOnlyDictionary<string, object?> variables)
    {
        _variables = variables;
        _tokens = [.. Token().Matches(text).Select(match => match.Value).Where(token => !token.StartsWith('#'))];
        var covered = Token().Replace(text, "").Trim([' ', '\t', '\r', '\n', ',', '\uFEFF']);
        if (covered.Any(letter => !char.IsWhiteSpace(letter) && letter != ','))
            throw new GraphQlException($"Parse error on \"{covered}\"");
    }

    /// <summary>The fields that <paramref name="text"/> asks of the root.</summary>
    /// <exception cref="GraphQlException">It is not understood.</exception>
    public static IReadOnlyList<GraphQlField> Parse(string text, IReadOnlyDictionary<string, object?> variables)
    {
        var document = new GraphQlDocument(text, variables);
        document.FindFragments();
        return document.Operation();
    }

    private void FindFragments()
    {
        for (var i = 0; i + 3 < _tokens.Count; i++)
            if (_tokens[i] == "fragment" && _tokens[i + 2] == "on")
                _fragments[_tokens[i + 1]] = i + 3;
    }

    private List<GraphQlField> Operation()
    {
        if (Peek() == "query")
        {
            Take();
            if (Peek() is not ("(" or "{"))
                Take();
            if (Peek() == "(")
                CheckVariables();
        }

        return Fields();
    }

    // ($owner: String!, $count: Int = 10)
    private void CheckVariables()
    {
        Expect("(");
        while (Peek() != ")")
        {
            Expect("$");
            var name = Take();
            Expect(":");
            Take();
            var required = Peek() == "!";
            if (required)
                Take();
            if (required && _variables.GetValueOrDefault(name) is null)
                throw new GraphQlException($"Variable ${name} of type String! was provided invalid value");
        }

        Expect(")");
    }

    private List<GraphQlField> Fields()
    {
        var fields = new List<GraphQlField>();
        Expect("{");
        while (Peek() != "}")
            fields.Add(Peek() == "..." ? Fragment() : Field());
        Expect("}");
        return fields;
    }

    private GraphQlField Fragment()
    {
        Expect("...");
        if (Peek() == "on")
        {
            Take();
            var type = Take();
            return new GraphQlField("", "", new Dictionary<string, object?>(), Fields(), type);
        }

        var name = Take();
        if (!_fragments.TryGetValue(name, out var at))
            throw new GraphQlException($"Fragment {name} was used, but not defined");
        var back = _next;
        _next = at;
        var on = Take();
        var fields = Fields();
        _next = back;
        return new GraphQlField("", "", new Dictionary<string, object?>(), fields, on);
    }

    private GraphQlField Field()
    {
        var alias = Take();
        var name = alias;
        if (Peek() == ":")
        {
            Take();
            name = Take();
        }

        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (Peek() == "(")
        {
            Take();
            while (Peek() != ")")
            {
                var argument = Take();
                Expect(":");
                arguments[argument] = Value();
            }

            Take();
        }

        return new GraphQlField(name, alias, arguments, Peek() == "{" ? Fields() : []);
    }

    private object? Value()
    {
        var token = Take();
        return token switch
        {
            "$" when Take() is var name => _variables.TryGetValue(name, out var value) ? value : throw new GraphQlException($"Variable ${name} is not defined"),
            "true" => true,
            "false" => false,
            "null" => null,
            ['"', .. var text, '"'] => Regex.Unescape(text),
            _ when long.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ => throw new GraphQlException($"Parse error on \"{token}\""),
        };
    }

    private string Peek() => _next < _tokens.Count ? _tokens[_next] : throw new GraphQlException("Unexpected end of document");

    private string Take()
    {
        var token = Peek();
        _next++;
        return token;
    }

    private void Expect(string token)
    {
        if (Take() is var found && found != token)
            throw new GraphQlException($"Expected {token}, actual: {found}");
    }

    [GeneratedRegex("""\#[^\n]*|\.\.\.|[_A-Za-z][_0-9A-Za-z]*|-?[0-9]+|"(?:\\.|[^"\\\n])*"|[!$():={}]""")]
    private static partial Regex Token();
}
