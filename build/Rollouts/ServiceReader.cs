using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>Reads one service of the document.</summary>
internal sealed class ServiceReader(FieldReader fields, string folder, string? gitHubHost)
{
    private static readonly string[] RestartPolicies = ["no", "always", "on-failure", "unless-stopped"];

    /// <summary>The service under <paramref name="entry"/>.</summary>
    public Service Read(ComposeEntry entry)
    {
        var where = $"services/{entry.Key}";
        var node = entry.Value as ComposeMapping ?? new ComposeMapping(entry.Value.Location, []);
        var undeployable = UndeployableKeys.InService(node, where);
        string? Text(string key) => fields.Text(node[key], $"{where}/{key}");
        bool Flag(string key) => fields.Flag(node[key], $"{where}/{key}") ?? false;
        IReadOnlyList<string> Texts(string key) => fields.Texts(node[key], $"{where}/{key}");

        if (entry.Value is ComposeMapping && node["image"] is null && node["build"] is null && node["extends"] is null && node["provider"] is null)
            fields.Wrong(where, "has neither 'image' nor 'build'", "write 'image:' for a pre-built image, or 'build:' with a context", new ComposeScalar(entry.KeyLocation, null, false));

        var limits = (node["deploy"] as ComposeMapping)?["resources"] is ComposeMapping resources ? resources["limits"] as ComposeMapping : null;
        var networkMode = Text("network_mode");
        var variables = new EnvironmentReader(fields, folder);
        return new Service
        {
            Name = entry.Key,
            Location = entry.KeyLocation,
            Locations = LocationsBelow(node),
            ContainerName = Text("container_name"),
            Image = Text("image"),
            Build = Build(node["build"], $"{where}/build"),
            PullPolicy = PullPolicy(node, where, undeployable),
            Platform = Text("platform"),
            Command = fields.Command(node["command"], $"{where}/command"),
            Entrypoint = fields.Command(node["entrypoint"], $"{where}/entrypoint"),
            Environment = variables.Read(node, where),
            HasUnreadEnvFile = variables.HasUnreadFile,
            Ports = PortReader.Read(fields, node["ports"], $"{where}/ports"),
            Expose = Texts("expose"),
            Mounts = new MountReader(fields, folder, undeployable).Read(node, where),
            Networks = networkMode is null ? Networks(node["networks"], $"{where}/networks") : [],
            NetworkMode = networkMode,
            Healthcheck = Healthcheck(node["healthcheck"] as ComposeMapping, $"{where}/healthcheck"),
            HealthUrl = HealthUrl(node["x-health"], $"{where}/x-health"),
            Restart = Restart(node, where),
            StopsFirst = (node["deploy"] as ComposeMapping)?["update_config"] is ComposeMapping update
                && fields.Text(update["order"], $"{where}/deploy/update_config/order") == "stop-first",
            DependsOn = DependsOn(node["depends_on"], $"{where}/depends_on"),
            Labels = fields.Labels(node["labels"], $"{where}/labels"),
            ExtraHosts = ExtraHosts(node["extra_hosts"], $"{where}/extra_hosts"),
            User = Text("user"),
            WorkingDirectory = Text("working_dir"),
            Hostname = Text("hostname"),
            StopSignal = Text("stop_signal"),
            StopGracePeriod = fields.Duration(node["stop_grace_period"], $"{where}/stop_grace_period"),
            Init = fields.Flag(node["init"], $"{where}/init"),
            Privileged = Flag("privileged"),
            ReadOnly = Flag("read_only"),
            Tty = Flag("tty"),
            StdinOpen = Flag("stdin_open"),
            CapAdd = Texts("cap_add"),
            CapDrop = Texts("cap_drop"),
            SecurityOptions = Texts("security_opt"),
            MemoryLimit = fields.Bytes(node["mem_limit"], $"{where}/mem_limit")
                ?? fields.Bytes(limits?["memory"], $"{where}/deploy/resources/limits/memory"),
            Cpus = fields.Value(node["cpus"], $"{where}/cpus", ValueFormats.Processors, "a number of processors such as 0.5")
                ?? fields.Value(limits?["cpus"], $"{where}/deploy/resources/limits/cpus", ValueFormats.Processors, "a number of processors such as 0.5"),
            SharedMemorySize = fields.Bytes(node["shm_size"], $"{where}/shm_size"),
            Logging = node["logging"] is ComposeMapping logging
                ? new LoggingDefinition(fields.Text(logging["driver"], $"{where}/logging/driver"), fields.Labels(logging["options"], $"{where}/logging/options"))
                : null,
            UndeployableKeys = undeployable,
        };
    }

    private BuildDefinition? Build(ComposeNode? node, string where)
    {
        if (node is ComposeScalar { Text: not null })
            return new BuildDefinition(fields.Text(node, where) ?? "", "Dockerfile") { Reference = Reference(node, where) };
        if (node is not ComposeMapping mapping)
            return null;

        var context = mapping["context"] ?? new ComposeScalar(mapping.Location, ".", false);
        return new BuildDefinition(
            fields.Text(context, $"{where}/context") ?? "",
            fields.Text(mapping["dockerfile"], $"{where}/dockerfile") ?? "Dockerfile")
        {
            Reference = Reference(context, $"{where}/context"),
            DockerfileInline = fields.Text(mapping["dockerfile_inline"], $"{where}/dockerfile_inline"),
            Arguments = new EnvironmentReader(fields, folder).Resolved(mapping["args"], $"{where}/args"),
            Target = fields.Text(mapping["target"], $"{where}/target"),
            Labels = fields.Labels(mapping["labels"], $"{where}/labels"),
            NoCache = fields.Flag(mapping["no_cache"], $"{where}/no_cache") ?? false,
            Pull = fields.Flag(mapping["pull"], $"{where}/pull") ?? false,
        };
    }

    private ContextReference Reference(ComposeNode node, string where)
    {
        if (fields.Interpolated(node, where) is not { } text)
            return new MalformedContext((node as ComposeScalar)?.Text ?? "", "it is no text", "https://github.com/owner/name.git#ref:path");
        if (text.Missing is [var missing, ..])
            return new OtherContext(ContextReferences.Masked(text.Text), $"an address in which the variable '{missing.Name}' has no value");

        if (ContextReferences.Masked(text.Text) != text.Text)
            fields.Secret(Uri.UnescapeDataString(text.Text[(text.Text.IndexOf("://", StringComparison.Ordinal) + 3)..text.Text.IndexOf('@', StringComparison.Ordinal)].Split(':')[^1]));

        return ContextReferences.Parse(text.Text, gitHubHost, folder);
    }

    private string PullPolicy(ComposeMapping node, string where, List<UndeployableKey> undeployable)
    {
        switch (fields.Text(node["pull_policy"], $"{where}/pull_policy"))
        {
            case null or "missing" or "if_not_present":
                return "missing";
            case "always":
                return "always";
            case "never":
                return "never";
            // "build" says to build even when an image is there; that is what a service with a context gets anyway.
            case "build" when node["build"] is not null:
                return "missing";
            case "build" or "refresh" or "daily" or "weekly":
                undeployable.Add(new UndeployableKey($"{where}/pull_policy", node["pull_policy"]!.Location));
                return "missing";
            case var other when other.StartsWith("every_", StringComparison.Ordinal):
                undeployable.Add(new UndeployableKey($"{where}/pull_policy", node["pull_policy"]!.Location));
                return "missing";
            case var other:
                fields.Wrong($"{where}/pull_policy", $"'{other}' is no pull policy", "write always, missing, never or build", node["pull_policy"]);
                return "missing";
        }
    }

    private string Restart(ComposeMapping node, string where)
    {
        if (fields.Interpolated(node["restart"], $"{where}/restart") is { } text)
        {
            if (text.IsComplete && !(RestartPolicies.Contains(text.Text) || (text.Text.StartsWith("on-failure:", StringComparison.Ordinal)
                && ValueFormats.Whole(text.Text["on-failure:".Length..]) >= 0)))
            {
                fields.Wrong($"{where}/restart", $"'{text.Text}' is no restart policy",
                    NearestName.Suggest(text.Text, RestartPolicies, "write no, always, on-failure, on-failure:3 or unless-stopped"), node["restart"]);
            }

            return text.Text;
        }

        // As Compose does where there is no "restart".
        if ((node["deploy"] as ComposeMapping)?["restart_policy"] is not ComposeMapping policy)
            return "no";

        var at = $"{where}/deploy/restart_policy";
        var attempts = fields.Value(policy["max_attempts"], $"{at}/max_attempts", ValueFormats.Whole, "a whole number");
        return fields.Text(policy["condition"], $"{at}/condition") switch
        {
            "none" => "no",
            "on-failure" => attempts is { } most ? FormattableString.Invariant($"on-failure:{most}") : "on-failure",
            _ => "always",
        };
    }

    private Healthcheck? Healthcheck(ComposeMapping? node, string where)
    {
        if (node is null)
            return null;

        var test = node["test"] switch
        {
            ComposeSequence list => fields.Texts(list, $"{where}/test"),
            ComposeScalar { Text: not null } text when fields.Text(text, $"{where}/test") is { } command => ["CMD-SHELL", command],
            _ => null,
        };
        if (test is [var first, ..] && first is not ("CMD" or "CMD-SHELL" or "NONE"))
        {
            fields.Wrong($"{where}/test", $"the list starts with '{first}'", $"start it with CMD: [\"CMD\", \"{first}\", …]; CMD-SHELL runs one text in a shell, NONE switches the check off", node["test"]);
        }

        return new Healthcheck(
            test is { Count: 0 } ? null : test,
            fields.Duration(node["interval"], $"{where}/interval"),
            fields.Duration(node["timeout"], $"{where}/timeout"),
            fields.Value(node["retries"], $"{where}/retries", ValueFormats.Whole, "a whole number"),
            fields.Duration(node["start_period"], $"{where}/start_period"),
            fields.Flag(node["disable"], $"{where}/disable") ?? test is ["NONE", ..]);
    }

    private HealthUrl? HealthUrl(ComposeNode? node, string where)
    {
        if (node is null)
            return null;

        var mapping = node as ComposeMapping;
        var url = mapping is null ? node : mapping["url"];
        foreach (var entry in mapping?.Entries ?? [])
        {
            if (entry.Key is not ("url" or "expect"))
            {
                fields.Problems.Add(new Problem($"{where}/{entry.Key}", $"unknown key '{entry.Key}'",
                    NearestName.Suggest(entry.Key, ["url", "expect"], "the keys are 'url' and 'expect'"), entry.KeyLocation));
            }
        }

        if (url is null or ComposeScalar { Text: null })
        {
            fields.Wrong(where, "'url' is missing", "write { url: \"http://localhost:8000/health\", expect: 200 }", node);
            return null;
        }

        var expect = fields.Value<int>(mapping?["expect"], $"{where}/expect",
            text => ValueFormats.Whole(text) is { } code and >= 100 and <= 599 ? code : null, "an HTTP status from 100 to 599") ?? 200;
        if (fields.Interpolated(url, $"{where}/url") is not { IsComplete: true } text)
            return null;
        if (Uri.TryCreate(text.Text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            return new HealthUrl(address, expect);

        fields.Wrong($"{where}/url", $"'{text.Text}' is no http address", "write an address such as http://localhost:8000/health", url);
        return null;
    }

    private List<ServiceDependency> DependsOn(ComposeNode? node, string where)
    {
        if (node is ComposeSequence list)
        {
            return [.. list.Items.Select((item, index) => (Item: item, Name: fields.Text(item, FormattableString.Invariant($"{where}/{index}"))))
                .Where(pair => pair.Name is not null)
                .Select(pair => new ServiceDependency(pair.Name!, DependencyCondition.Started) { Location = pair.Item.Location })];
        }

        var dependencies = new List<ServiceDependency>();
        foreach (var entry in (node as ComposeMapping)?.Entries ?? [])
        {
            var mapping = entry.Value as ComposeMapping;
            var at = $"{where}/{entry.Key}";
            var condition = fields.Text(mapping?["condition"], $"{at}/condition");
            dependencies.Add(new ServiceDependency(
                entry.Key,
                condition switch
                {
                    "service_healthy" => DependencyCondition.Healthy,
                    "service_completed_successfully" => DependencyCondition.CompletedSuccessfully,
                    _ => DependencyCondition.Started,
                },
                fields.Flag(mapping?["required"], $"{at}/required") ?? true)
            { Location = entry.KeyLocation });
        }

        return dependencies;
    }

    private List<NetworkAttachment> Networks(ComposeNode? node, string where)
    {
        if (node is ComposeMapping { Entries.Count: > 0 } mapping)
        {
            return [.. mapping.Entries.Select(entry => new NetworkAttachment(
                entry.Key,
                fields.Texts((entry.Value as ComposeMapping)?["aliases"], $"{where}/{entry.Key}/aliases"),
                fields.Text((entry.Value as ComposeMapping)?["ipv4_address"], $"{where}/{entry.Key}/ipv4_address")))];
        }

        var names = fields.Texts(node, where);
        return names.Count == 0 ? [new NetworkAttachment("default", [])] : [.. names.Distinct().Select(name => new NetworkAttachment(name, []))];
    }

    private List<string> ExtraHosts(ComposeNode? node, string where)
    {
        if (node is not ComposeMapping mapping)
        {
            // "name=address" is the newer form, which IPv6 addresses need.
            return [.. fields.Texts(node, where).Select(text => text.Contains('=', StringComparison.Ordinal)
                ? $"{text.Split('=', 2)[0]}:{text.Split('=', 2)[1]}"
                : text)];
        }

        return [.. mapping.Entries.SelectMany(entry => fields.Texts(entry.Value, $"{where}/{entry.Key}").Select(address => $"{entry.Key}:{address}"))];
    }

    private static Dictionary<string, SourceLocation> LocationsBelow(ComposeMapping node)
    {
        var locations = new Dictionary<string, SourceLocation>();
        void Walk(ComposeNode value, string path)
        {
            if (value is ComposeMapping mapping)
            {
                foreach (var entry in mapping.Entries)
                {
                    locations[$"{path}{entry.Key}"] = entry.KeyLocation;
                    Walk(entry.Value, $"{path}{entry.Key}/");
                }
            }
            else if (value is ComposeSequence list)
            {
                for (var i = 0; i < list.Items.Count; i++)
                {
                    locations[FormattableString.Invariant($"{path}{i}")] = list.Items[i].Location;
                    Walk(list.Items[i], FormattableString.Invariant($"{path}{i}/"));
                }
            }
        }

        Walk(node, "");
        return locations;
    }
}
