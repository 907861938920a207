using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Rollouts;

public class DefaultStackTests
{
    private const string Url = "https://github.com/Bizoholic-Digital/bizosaas-platform.git";

    private static readonly string[] Variables =
    [
        "POSTGRES_USER", "POSTGRES_PASSWORD", "VPS_HOST", "ALLOWED_HOSTS", "SALEOR_SECRET_KEY", "WAGTAIL_SECRET_KEY", "CRM_SECRET_KEY",
        "DIRECTORY_SECRET_KEY", "CORELDOVE_SECRET_KEY", "AUTH_SECRET_KEY", "JWT_SECRET_KEY", "OPENAI_API_KEY", "AMAZON_ACCESS_KEY",
        "AMAZON_SECRET_KEY", "TEMPORAL_HOST",
    ];

    [Theory]
    [InlineData("saleor-api", "bizosaas-saleor-staging", null, 8000, 8000, "/health/", 1)]
    [InlineData("brain-api", "bizosaas-brain-staging", "bizosaas-platform/ai/services/bizosaas-brain", 8001, 8001, "/health", 0)]
    [InlineData("wagtail-cms", "bizosaas-wagtail-staging", "bizosaas-platform/backend/services/cms", 8002, 8000, "/admin/login/", 3)]
    [InlineData("django-crm", "bizosaas-django-crm-staging", "bizosaas-platform/backend/services/crm/django-crm", 8003, 8000, "/admin/login/", 4)]
    [InlineData("business-directory-backend", "bizosaas-business-directory-staging", "bizosaas-platform/backend/services/crm/business-directory", 8004, 8000, "/health", 5)]
    [InlineData("coreldove-backend", "bizosaas-coreldove-backend-staging", "bizosaas/ecommerce/services/coreldove-backend", 8005, 8000, "/health", 6)]
    [InlineData("auth-service", "bizosaas-auth-service-staging", "bizosaas-platform/backend/services/auth", 8006, 8006, "/health", 10)]
    [InlineData("temporal-integration", "bizosaas-temporal-integration-staging", "bizosaas-platform/backend/services/temporal", 8007, 8000, "/health", 7)]
    [InlineData("ai-agents", "bizosaas-ai-agents-staging", "bizosaas-platform/backend/services/ai-agents", 8008, 8000, "/health", 8)]
    [InlineData("amazon-sourcing", "bizosaas-amazon-sourcing-staging", "bizosaas-platform/backend/services/amazon-sourcing", 8009, 8000, "/health", 9)]
    public void Each_of_the_ten_services_is_what_the_diagnosis_says(
        string name, string container, string? path, int hostPort, int containerPort, string health, int redis)
    {
        var service = Read(Given())[name];

        service.ContainerName.ShouldBe(container);
        if (path is null)
        {
            service.Image.ShouldBe("ghcr.io/saleor/saleor:3.20");
            service.Build.ShouldBeNull();
        }
        else
        {
            service.Image.ShouldBeNull();
            service.Build.ShouldNotBeNull();
            service.Build.Context.ShouldBe($"{Url}#main:{path}");
            service.Build.Dockerfile.ShouldBe("Dockerfile");
            service.Build.Reference.ShouldBe(
                new GitHubContext($"{Url}#main:{path}", new RepositoryName("Bizoholic-Digital", "bizosaas-platform"), "main", path));
        }

        service.Ports.Select(port => (port.HostPort, port.ContainerPort, port.HostAddress, port.Protocol))
            .ShouldBe([((int?)hostPort, containerPort, (string?)null, "tcp")]);
        service.Restart.ShouldBe("unless-stopped");
        service.Networks.Select(network => network.Network).ShouldBe(["dokploy-network"]);
        service.Healthcheck.ShouldNotBeNull();
        service.Healthcheck.Test.ShouldBe(["CMD", "curl", "-f", $"http://localhost:{containerPort}{health}"]);
        service.Healthcheck.Interval.ShouldBe(TimeSpan.FromSeconds(30));
        service.Healthcheck.Timeout.ShouldBe(TimeSpan.FromSeconds(10));
        service.Healthcheck.Retries.ShouldBe(3);
        service.HealthUrl.ShouldBe(new HealthUrl(new Uri($"http://localhost:{hostPort}{health}"), 200));
        service.Environment["REDIS_URL"].ShouldBe($"redis://db.example:6380/{redis}");
        service.Environment["DATABASE_URL"].ShouldBe(name == "saleor-api"
            ? "postgres://alice:value of POSTGRES_PASSWORD@db.example:5433/saleor_staging"
            : "postgresql://alice:value of POSTGRES_PASSWORD@db.example:5433/bizosaas_staging");
        service.UndeployableKeys.ShouldBeEmpty();
    }

    [Fact]
    public void The_services_go_out_in_the_four_phases_of_the_diagnosis() =>
        Read(VariableSet.Empty).Phases.Select(phase => (phase.Number, string.Join(' ', phase.Services))).ShouldBe(
        [
            (1, "saleor-api"),
            (2, "brain-api auth-service wagtail-cms"),
            (3, "django-crm business-directory-backend temporal-integration"),
            (4, "ai-agents amazon-sourcing coreldove-backend"),
        ]);

    [Fact]
    public void The_network_is_somebody_elses() =>
        Read(VariableSet.Empty).Networks.Values.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            network => network.Name.ShouldBe("dokploy-network"),
            network => network.External.ShouldBeTrue());

    [Fact]
    public void Two_databases_and_one_Redis_must_answer() =>
        Read(Given()).Requirements.Select(requirement => requirement.Url).ShouldBe(
        [
            "postgresql://alice:value of POSTGRES_PASSWORD@db.example:5433/bizosaas_staging",
            "redis://db.example:6380",
            "postgresql://alice:value of POSTGRES_PASSWORD@db.example:5433/saleor_staging",
        ]);

    [Fact]
    public void Without_values_it_reads_too_and_names_every_variable()
    {
        var rollout = Read(VariableSet.Empty);

        rollout.Project.ShouldBe("bizosaas-backend");
        rollout.UnsetVariables.Select(variable => variable.Name).ShouldBe(Variables, ignoreOrder: true);
        rollout["auth-service"].Environment["JWT_SECRET_KEY"].ShouldBe("${JWT_SECRET_KEY}");
        rollout.SecretValues.ShouldBeEmpty();
    }

    [Fact]
    public void Every_variable_stands_in_the_example_and_none_has_a_value_there()
    {
        var (entries, problems) = EnvFileReader.Read(Repository.PathOf("phases", ".env.example"), VariableSet.Empty);

        problems.ShouldBeEmpty();
        entries.Select(entry => entry.Key).ShouldBe(Variables, ignoreOrder: true);
        entries.ShouldAllBe(entry => entry.Value == "");
    }

    [Fact]
    public void Passwords_and_keys_are_known_as_secrets_and_hosts_are_not()
    {
        var secrets = Read(Given()).SecretValues;

        secrets.ShouldContain("value of POSTGRES_PASSWORD");
        secrets.ShouldContain("value of OPENAI_API_KEY");
        secrets.ShouldContain("value of AMAZON_ACCESS_KEY");
        secrets.ShouldNotContain("db.example");
        secrets.ShouldNotContain("alice");
    }

    private static VariableSet Given()
    {
        var values = Variables.ToDictionary(name => name, name => $"value of {name}");
        values["VPS_HOST"] = "db.example";
        values["POSTGRES_USER"] = "alice";
        return VariableSet.Of(values);
    }

    private static Rollout Read(VariableSet variables) =>
        RolloutReader.Read(ComposeReader.Read([Repository.PathOf("phases", "compose.yml")]), variables);
}
