namespace Nuke.Common.ValueInjection;

/// <summary>Reads parameters from the environment.</summary>
internal static class EnvironmentValues
{
    private const string Prefix = "NUKE_";

    /// <summary>
    /// <c>NUKE_NAME</c> before <c>NAME</c>, because it can mean nobody else; then any other spelling of either. An empty variable counts as unset,
    /// since that is how build servers pass a secret that is not there. The engine's own switches are read with the prefix only.
    /// </summary>
    public static GivenValue? Find(Parameter parameter, Surroundings surroundings)
    {
        foreach (var name in Candidates(parameter, surroundings))
        {
            if (surroundings.Environment.TryGetValue(name, out var value) && value.Length > 0)
                return new GivenValue([value], ValueSource.Environment, $"{name} (environment)");
        }

        return null;
    }

    private static IEnumerable<string> Candidates(Parameter parameter, Surroundings surroundings)
    {
        var variable = Spelling.Variable(parameter.Name);
        yield return Prefix + variable;
        if (!parameter.IsBuiltIn)
            yield return variable;

        var bare = Spelling.Bare(parameter.Name);
        foreach (var name in surroundings.VariablesByBareName["nuke" + bare])
        {
            if (!parameter.IsBuiltIn || name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                yield return name;
        }

        if (parameter.IsBuiltIn)
            yield break;
        foreach (var name in surroundings.VariablesByBareName[bare])
            yield return name;
    }
}
