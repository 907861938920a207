using PhasedRollout.Compose;
using System.Globalization;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>VC701: a dependency that is not there, comes in a later phase, or goes round in a circle.</summary>
internal sealed class DependencyRules : IRolloutRule
{
    /// <summary>One finding for every such dependency, and one for every circle.</summary>
    public IEnumerable<Finding> Check(Rollout rollout)
    {
        var services = rollout.Services.ToDictionary(service => service.Name, StringComparer.Ordinal);
        var phases = rollout.Phases
            .SelectMany(phase => phase.Services.Select(service => (service, phase.Number)))
            .DistinctBy(it => it.service)
            .ToDictionary(it => it.service, it => it.Number, StringComparer.Ordinal);

        return
        [
            .. rollout.Services.SelectMany(service => service.DependsOn.SelectMany(it => CheckOne(service, it, services, phases))),
            .. Circles(rollout.Services, services),
        ];
    }

    private static IEnumerable<Finding> CheckOne(
        Service service, ServiceDependency dependency, Dictionary<string, Service> services, Dictionary<string, int> phases)
    {
        if (!services.ContainsKey(dependency.Service))
        {
            if (dependency.Required)
            {
                var near = NearestName.Of(dependency.Service, services.Keys.Where(name => name != service.Name));
                yield return About(
                    service, dependency, $"depends on '{dependency.Service}', which is no service of the file",
                    near is not null
                        ? $"depends_on: [{near}]"
                        : $"remove '{dependency.Service}' from depends_on, or say 'required: false' for it");
            }
        }
        else if (phases.TryGetValue(service.Name, out var mine) && phases.TryGetValue(dependency.Service, out var theirs) && theirs > mine)
        {
            yield return About(
                service, dependency,
                string.Create(CultureInfo.InvariantCulture, $"is in phase {mine} and depends on '{dependency.Service}', which is in phase {theirs}"),
                string.Create(CultureInfo.InvariantCulture,
                    $"move '{dependency.Service}' to phase {mine} or an earlier one, or '{service.Name}' to phase {theirs} or a later one"));
        }
    }

    private static List<Finding> Circles(IReadOnlyList<Service> inOrder, Dictionary<string, Service> services)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        var path = new List<string>();
        var findings = new List<Finding>();
        foreach (var service in inOrder)
            Visit(service);

        return findings;

        void Visit(Service service)
        {
            if (path.IndexOf(service.Name) is >= 0 and var start)
            {
                string[] circle = [.. path.Skip(start), service.Name];
                var last = services[circle[^2]];
                findings.Add(About(
                    last, last.DependsOn.First(it => it.Service == service.Name),
                    $"depends on itself in a circle: {string.Join(" -> ", circle)}",
                    $"remove '{service.Name}' from services/{last.Name}/depends_on, or another link of the circle"));
                return;
            }

            if (done.Contains(service.Name))
                return;

            path.Add(service.Name);
            foreach (var dependency in service.DependsOn)
            {
                if (services.TryGetValue(dependency.Service, out var next))
                    Visit(next);
            }

            path.RemoveAt(path.Count - 1);
            done.Add(service.Name);
        }
    }

    private static Finding About(Service service, ServiceDependency dependency, string message, string suggestion)
    {
        var finding = Findings.About(
            service, "depends_on", "VC701", FailureClass.DependencyOrder, Certainty.Certain, $"'{service.Name}' {message}", suggestion);
        return dependency.Location is { } location ? finding with { File = location.File, Line = location.Line } : finding;
    }
}
