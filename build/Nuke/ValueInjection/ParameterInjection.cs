namespace Nuke.Common.ValueInjection;

/// <summary>Brings the sources together: command line, environment, parameter file, initialiser.</summary>
internal static class ParameterInjection
{
    /// <summary>Takes for every parameter the first source that has it, and converts the text.</summary>
    public static void Resolve(
        IEnumerable<Parameter> parameters,
        CommandLine commandLine,
        IReadOnlyDictionary<Parameter, GivenValue> file,
        Surroundings surroundings,
        string? rootDirectory,
        List<string> problems)
    {
        foreach (var parameter in parameters)
        {
            var given = commandLine.Values.GetValueOrDefault(parameter)
                ?? EnvironmentValues.Find(parameter, surroundings)
                ?? file.GetValueOrDefault(parameter);
            if (given is null)
                continue;

            var baseDirectory = given.Source == ValueSource.File ? rootDirectory ?? surroundings.WorkingDirectory : surroundings.WorkingDirectory;
            var value = ValueConversion.Convert(parameter, given, baseDirectory, out var problem);
            if (problem is not null)
            {
                problems.Add(problem);
                continue;
            }

            parameter.Given = given;
            parameter.Value = value;
        }
    }

    /// <summary>Writes the values into the build, and notes what its initialisers say.</summary>
    public static void Inject(NukeBuild build, ParameterCatalog catalog)
    {
        foreach (var parameter in catalog.Own)
        {
            parameter.Default = Initialised(parameter, build);
            if (parameter.Given is null)
                parameter.Value = parameter.Default;
            else
                parameter.Set?.Invoke(build, parameter.Value);
        }
    }

    /// <summary>A computed property may fail before the others are set; it then has no default to show.</summary>
    private static object? Initialised(Parameter parameter, NukeBuild build)
    {
        try
        {
            return parameter.Get?.Invoke(build);
        }
        catch (System.Reflection.TargetInvocationException)
        {
            return null;
        }
    }
}
