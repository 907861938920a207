using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>VC508 in the compose file: variables that its author demands and that have no value yet, connection strings with an empty part, and names
/// without a value. Preflight blocks on what is unset; verification needs no values.</summary>
internal sealed class VariableRules : IRolloutRule
{
    public IEnumerable<Finding> Check(Rollout rollout) =>
        Demanded(rollout).Concat(rollout.Services.SelectMany(service => EmptyParts(rollout, service).Concat(PassedOn(rollout, service))));

    private static IEnumerable<Finding> Demanded(Rollout rollout) =>
        from variable in rollout.UnsetVariables
        where variable.Message is not null
        let service = rollout.Services.FirstOrDefault(service => variable.Where.StartsWith($"services/{service.Name}/", StringComparison.Ordinal))
        select new Finding(
            "VC508", FailureClass.InvalidCompose, Certainty.Hint,
            Shown.Safe($"{variable.Name} has no value here, and the file demands one" + (variable.Message!.Length > 0 ? $": {variable.Message}" : "")),
            variable.Where, $"set {variable.Name} in the environment or in the file of --env-file before Preflight")
        {
            Service = service?.Name,
            File = variable.Location.File,
            Line = variable.Location.Line,
        };

    // "postgresql://:@db" when user and password are empty.
    private static IEnumerable<Finding> EmptyParts(Rollout rollout, Service service) =>
        from variable in service.Environment
        let start = variable.Value?.IndexOf("://", StringComparison.Ordinal) ?? -1
        where start > 0 && variable.Value![..start].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.')
        let authority = variable.Value![(start + 3)..].Split('/', '?', '#')[0]
        let empty = EmptyPart(authority)
        where empty is not null
        select Findings.About(
            service, $"environment/{variable.Key}", "VC508", FailureClass.DatabaseUnreachable, Certainty.Likely,
            $"{variable.Key} of '{service.Name}' is an address with an empty {empty}: a variable in it is set to nothing",
            $"a value for the {empty}, in the environment or in the file of --env-file").At(ComposeText.OfVariable(rollout, service.Name, variable.Key));

    private static string? EmptyPart(string authority)
    {
        var at = authority.LastIndexOf('@');
        if (at < 0)
            return authority.StartsWith(':') ? "host" : null;
        if (authority.Length == at + 1 || authority[at + 1] == ':')
            return "host";

        // "redis://:password@host" has no user, and needs none.
        return authority[..at] switch
        {
            ":" or "" => "user and password",
            var credentials when credentials.EndsWith(':') => "password",
            _ => null,
        };
    }

    private static IEnumerable<Finding> PassedOn(Rollout rollout, Service service)
    {
        var unset = ComposeText.Pairs(ComposeText.Of(rollout, service.Name)?["environment"])
            .Where(pair => pair.Text is null && service.Environment.GetValueOrDefault(pair.Name) is null && service.Environment.ContainsKey(pair.Name))
            .ToList();
        if (unset.Count == 0)
            yield break;

        yield return Findings.About(
            service, "environment", "VC508", FailureClass.InvalidCompose, Certainty.Hint,
            $"'{service.Name}' is given {string.Join(", ", unset.Select(pair => pair.Name))} from the environment of whoever deploys, and here there is none",
            string.Join(", ", unset.Select(pair => $"{pair.Name}=<value>")) + " in the environment or in the file of --env-file").At(unset[0].Location);
    }
}
