namespace PhasedRollout.Compose;

/// <summary>The values for <c>${VARIABLES}</c>.</summary>
public sealed class VariableSet
{
    private readonly IReadOnlyDictionary<string, string> values;
    private readonly Func<string, string?>? elsewhere;

    private VariableSet(IReadOnlyDictionary<string, string> values, Func<string, string?>? elsewhere = null) =>
        (this.values, this.elsewhere) = (values, elsewhere);

    /// <summary>No variable has a value.</summary>
    public static VariableSet Empty { get; } = new(new Dictionary<string, string>());

    /// <summary>The names of the variables that have a value.</summary>
    public IEnumerable<string> Names => values.Keys;

    /// <summary>The value of <paramref name="name"/>, which may be empty; null when it is unset.</summary>
    public string? this[string name] => values.GetValueOrDefault(name) ?? elsewhere?.Invoke(name);

    /// <summary>The variables in <paramref name="values"/>.</summary>
    public static VariableSet Of(IReadOnlyDictionary<string, string> values) => new(values);

    /// <summary>The same variables; one without a value is asked for elsewhere.</summary>
    public VariableSet Or(Func<string, string?> find) => new(values, find);

    /// <summary>The values of the environment, and below them those of the files, the last file first: Compose's precedence.</summary>
    /// <param name="environment">The environment of the process.</param>
    /// <param name="envFiles">Files in Compose's <c>.env</c> syntax; each must exist.</param>
    /// <exception cref="InvalidInputException">A file is missing or malformed.</exception>
    public static VariableSet Read(IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> envFiles)
    {
        var merged = new Dictionary<string, string>(StringComparer.Ordinal);
        var problems = new List<Problem>();
        foreach (var file in envFiles)
        {
            var known = new Dictionary<string, string>(merged, StringComparer.Ordinal);
            foreach (var (name, value) in environment)
                known[name] = value;

            var (entries, complaints) = EnvFileReader.Read(file, Of(known));
            problems.AddRange(complaints);
            foreach (var (name, value) in entries)
            {
                if (value is not null)
                    merged[name] = value;
            }
        }

        if (problems.Count > 0)
            throw new InvalidInputException(Problem.Sorted(problems));

        foreach (var (name, value) in environment)
            merged[name] = value;

        return Of(merged);
    }
}
