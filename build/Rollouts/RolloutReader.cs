using System.Text.RegularExpressions;
using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>Reads a rollout out of a Compose document.</summary>
public static partial class RolloutReader
{
    /// <summary>The rollout in <paramref name="file"/>.</summary>
    /// <param name="file">The document.</param>
    /// <param name="variables">Values for its variables; those without one are collected in <see cref="Rollout.UnsetVariables"/>.</param>
    /// <param name="profiles">Compose's active profiles; <c>*</c> activates all.</param>
    /// <param name="gitHubHost">The host of a GitHub Enterprise whose repositories can be looked up beside those of github.com, or null.</param>
    /// <exception cref="InvalidInputException">Something is wrong with the text; it holds all problems in the order of the text.</exception>
    public static Rollout Read(
        ComposeFile file, VariableSet variables, IReadOnlyCollection<string>? profiles = null, string? gitHubHost = null)
    {
        var fields = new FieldReader(variables);
        fields.Problems.AddRange(file.Problems);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file.Paths[0])) ?? "/";
        var all = (file.Root["services"] as ComposeMapping)?.Entries ?? [];
        var active = all.Where(entry => IsActive(entry, fields, profiles ?? [])).ToList();
        var project = Project(file, folder, fields);
        var reader = new ServiceReader(fields, folder, gitHubHost);
        var services = active.Select(reader.Read).ToList();
        if (all.Count == 0 && file.Root["services"] is null or ComposeMapping { Entries.Count: 0 } or ComposeScalar { Text: null })
            fields.Wrong("services", "there is no service", "write at least one service under 'services:'", file.Root);

        CheckNames(services, all, fields);
        var networks = new ResourceReader(fields, project).Networks(file.Root, services);
        var volumes = new ResourceReader(fields, project).Volumes(file.Root, services);
        var phases = new PhaseReader(fields, all.Select(entry => entry.Key).ToList(), services);
        var rollout = new Rollout
        {
            Project = project,
            Source = file,
            Services = services,
            Phases = phases.Phases(file.Root),
            Requirements = new RequirementReader(fields, services).Read(file.Root),
            Accepted = phases.Accepted(file.Root),
            Owners = phases.Owners(file.Root),
            Networks = networks,
            Volumes = volumes,
            UndeployableKeys = UndeployableKeys.InDocument(file.Root),
            UnsetVariables = fields.Unset,
            SecretValues = fields.Secrets,
        };
        return fields.Problems.Count == 0 ? rollout : throw new InvalidInputException(Problem.Sorted(fields.Problems));
    }

    private static bool IsActive(ComposeEntry service, FieldReader fields, IReadOnlyCollection<string> active)
    {
        var profiles = fields.Texts((service.Value as ComposeMapping)?["profiles"], $"services/{service.Key}/profiles");
        return profiles.Count == 0 || active.Contains("*") || profiles.Any(active.Contains);
    }

    // Compose's order: the variable, then "name", then the folder made fit for a name.
    private static string Project(ComposeFile file, string folder, FieldReader fields)
    {
        var written = fields.Interpolated(file.Root["name"], "name");
        var name = fields.Variables["COMPOSE_PROJECT_NAME"] is { Length: > 0 } given ? given : written?.Text;
        if (!string.IsNullOrEmpty(name) && written is not { IsComplete: false })
        {
            if (!ProjectName().IsMatch(name))
            {
                fields.Wrong("name", $"'{name}' is no project name",
                    $"write lower-case letters, digits, '-' and '_', starting with a letter or digit, such as '{Fit(name)}'", file.Root["name"]);
            }

            return name;
        }

        return Fit(Path.GetFileName(folder));
    }

    private static string Fit(string name)
    {
        var fit = NotInProjectName().Replace(name.ToLowerInvariant(), "").TrimStart('-', '_');
        return fit.Length == 0 ? "default" : fit;
    }

    private static void CheckNames(List<Service> services, IReadOnlyList<ComposeEntry> all, FieldReader fields)
    {
        var known = all.Select(entry => entry.Key).ToList();
        foreach (var (service, dependency) in services.SelectMany(service => service.DependsOn.Select(dependency => (service, dependency))))
        {
            var where = $"services/{service.Name}/depends_on";
            if (!known.Contains(dependency.Service))
            {
                fields.Problems.Add(new Problem(where, $"there is no service '{dependency.Service}'",
                    NearestName.Suggest(dependency.Service, known, $"the services are {string.Join(", ", known)}"), dependency.Location));
            }
            else if (dependency.Required && services.All(other => other.Name != dependency.Service))
            {
                fields.Problems.Add(new Problem(where, $"the service '{dependency.Service}' belongs to a profile that is not active",
                    "activate it with --compose-profiles, or write 'required: false'", dependency.Location));
            }
        }

        foreach (var group in services.Where(service => service.ContainerName is not null).GroupBy(service => service.ContainerName).Where(group => group.Count() > 1))
        {
            var second = group.Skip(1).First();
            fields.Problems.Add(new Problem($"services/{second.Name}/container_name", $"'{group.Key}' is also the container of '{group.First().Name}'",
                "give every service a container name of its own", second.Locations.GetValueOrDefault("container_name")));
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]*\z")]
    private static partial Regex ProjectName();

    [GeneratedRegex("[^a-z0-9_-]")]
    private static partial Regex NotInProjectName();
}
