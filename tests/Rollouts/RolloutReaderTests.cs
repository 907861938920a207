using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Rollouts;

public class RolloutReaderTests
{
    private const string Order = "x-rollout: { phases: [{ title: All, services: [web] }] }\n";

    [Fact]
    public void A_file_without_an_order_is_answered_with_a_block_to_paste()
    {
        var problem = Problems("""
            services:
              web: { build: ., depends_on: [api] }
              api: { build: ., depends_on: [cache] }
              cache: { image: redis }
              worker: { build: ., depends_on: { api: { condition: service_healthy } } }
            """).ShouldHaveSingleItem();

        problem.Where.ShouldBe("x-rollout");
        problem.What.ShouldBe("the file does not say in which order its services go out");
        problem.Remedy.ShouldBe("""
            add this block and change it to your needs:
            x-rollout:
              phases:
                - title: Pre-built images
                  services:
                    - cache
                - title: Phase 2
                  services:
                    - api
                - title: Phase 3
                  services:
                    - web
                - title: Phase 4
                  services:
                    - worker

            """);
    }

    [Fact]
    public void The_suggested_block_makes_the_file_right()
    {
        const string text = "services:\n  a: { build: . }\n  b: { image: x, depends_on: [a] }\n  c: { build: ., depends_on: [c] }\n";
        var block = Problems(text).ShouldHaveSingleItem().Remedy.Split('\n', 2)[1];

        Read(text + block).Phases.SelectMany(phase => phase.Services).ShouldBe(["a", "b", "c"], ignoreOrder: true);
    }

    [Fact]
    public void Everything_that_is_wrong_with_the_order_is_said_at_once()
    {
        Problems("""
            x-rollout:
              phases:
                - { title: One, services: [a, bb, a] }
                - { titel: Two, services: [] }
                - { services: [b, a] }
                - text
              requires: [mysql://u:hidden@h/d]
              accept:
                - { rule: VC301 }
                - { reason: because, service: nobody }
              phasen: []
            services:
              a: { image: x, depends_on: [c] }
              b: { image: x, prots: [] }
              d: { image: x, depends_on: { nobody: { condition: service_started } } }
            """).Select(problem => problem.ToString()).ShouldBe(
            [
                "f:3:35: x-rollout/phases/0/services: there is no service 'bb'; did you mean 'b'?",
                "f:3:39: x-rollout/phases/0/services: the service 'a' stands twice in phase 1; keep it in one phase",
                "f:4:9: x-rollout/phases/1/titel: unknown key 'titel'; did you mean 'title'?",
                "f:4:31: x-rollout/phases/1: the phase is empty; name the services that it deploys, or remove the phase",
                "f:5:23: x-rollout/phases/2/services: the service 'a' is in phase 1 and again in phase 3; keep it in one phase",
                "f:6:7: x-rollout/phases/3: it is no phase; write '- title: …' with 'services: […]' below it",
                "f:7:14: x-rollout/requires/0: this is no address of PostgreSQL or Redis with a host; write postgresql://user:password@host:port/database or redis://host:port",
                "f:9:7: x-rollout/accept/0: 'reason' is missing; write why the finding may stand",
                "f:10:7: x-rollout/accept/1: 'rule' is missing; write the id of the rule that is accepted, such as VC301",
                "f:10:35: x-rollout/accept/1/service: there is no service 'nobody'; the services are a, b, d",
                "f:11:3: x-rollout/phasen: unknown key 'phasen'; did you mean 'phases'?",
                "f:13:31: services/a/depends_on: there is no service 'c'; the services are a, b, d",
                "f:14:18: services/b/prots: unknown key 'prots'; did you mean 'ports'?",
                "f:15:3: services/d: the service is in no phase; add 'd' to the services of one phase under 'x-rollout'",
                "f:15:32: services/d/depends_on: there is no service 'nobody'; the services are a, b, d",
            ]);
    }

    [Theory]
    [InlineData("image: x, ports: ['80:80:80:80']", "services/web/ports/0: '80:80' is no address of the host; write an IP address such as 127.0.0.1, or leave it out for all")]
    [InlineData("image: x, ports: ['0:80']", "services/web/ports/0: '0:80' is no port mapping; write \"host:container\" in quotes, such as \"8000:8000\", with ports from 1 to 65535")]
    [InlineData("image: x, ports: ['8000-8002:80-81']", "services/web/ports/0: '8000-8002:80-81' maps 3 ports of the host to 2 of the container; give two ranges of the same length")]
    [InlineData("image: x, ports: ['80:80/http']", "services/web/ports/0: 'http' is no protocol; write tcp, udp or sctp")]
    [InlineData("image: x, ports: [{ published: 80 }]", "services/web/ports/0: 'target' is missing; write the port in the container as 'target'")]
    [InlineData("image: x, healthcheck: { test: [curl, -f, x] }", "services/web/healthcheck/test: the list starts with 'curl'; start it with CMD: [\"CMD\", \"curl\", …]; CMD-SHELL runs one text in a shell, NONE switches the check off")]
    [InlineData("image: x, healthcheck: { interval: 30 seconds }", "services/web/healthcheck/interval: '30 seconds' is not a duration such as 30s or 1m30s; write a duration such as 30s or 1m30s")]
    [InlineData("image: x, mem_limit: lots", "services/web/mem_limit: 'lots' is not a size such as 512m or 2g; write a size such as 512m or 2g")]
    [InlineData("image: x, privileged: maybe", "services/web/privileged: 'maybe' is not true or false; write true or false")]
    [InlineData("image: x, restart: alwyas", "services/web/restart: 'alwyas' is no restart policy; did you mean 'always'?")]
    [InlineData("image: x, command: 'echo \"a'", "services/web/command: a quote in the command is not closed; close it, or write the command as a list")]
    [InlineData("image: x, networks: [nett]", "services/web/networks: there is no network 'nett'; declare 'nett:' under 'networks:'")]
    [InlineData("image: x, volumes: ['data:/data']", "services/web/volumes: there is no volume 'data'; declare 'data:' under 'volumes:'")]
    [InlineData("image: x, volumes: ['a:b:c:d']", "services/web/volumes/0: 'a:b:c:d' is no volume; write 'volume:/path', '/host/path:/path' or '/path', with ':ro' for read-only")]
    [InlineData("image: x, env_file: nowhere.env", "services/web/env_file: 'nowhere.env': there is no such file; create the file, or write { path: …, required: false }")]
    [InlineData("image: x, environment: { A: '${' }", "services/web/environment/A: the variable '${' is malformed: close it with '}'; write '$$' for a dollar that starts no variable")]
    [InlineData("image: x, x-health: { ulr: a }", "services/web/x-health: 'url' is missing; write { url: \"http://localhost:8000/health\", expect: 200 }|services/web/x-health/ulr: unknown key 'ulr'; did you mean 'url'?")]
    [InlineData("image: x, x-health: { url: 'localhost:80', expect: 2000 }", "services/web/x-health/url: 'localhost:80' is no http address; write an address such as http://localhost:8000/health|services/web/x-health/expect: '2000' is not an HTTP status from 100 to 599; write an HTTP status from 100 to 599")]
    [InlineData("hostname: x", "services/web: has neither 'image' nor 'build'; write 'image:' for a pre-built image, or 'build:' with a context")]
    [InlineData("image: x, pull_policy: often", "services/web/pull_policy: 'often' is no pull policy; write always, missing, never or build")]
    public void A_value_of_the_wrong_kind_is_named_with_what_would_be_right(string service, string messages) =>
        string.Join('|', Problems($"{Order}services: {{ web: {{ {service} }} }}").Select(problem => $"{problem.Where}: {problem.What}; {problem.Remedy}")).ShouldBe(messages);

    [Fact]
    public void Long_and_short_forms_mean_the_same()
    {
        using var folder = new Compose.TemporaryFolder();
        folder.Write("app.env", "FROM_FILE=1\nBOTH=file\n");
        const string common = Order + "networks: { n: { name: nn } }\nvolumes: { data: }\n";
        var shortForm = Read(common + """
            services:
              web:
                build: https://github.com/o/r.git#main:a
                ports: ["127.0.0.1:8000-8001:80-81/udp", "[::1]:90:90", 70]
                environment: [A=b=c, BOTH=own, FROM_SHELL, ABSENT]
                env_file: app.env
                command: sh -c "echo 'a b'" \$c
                healthcheck: { test: curl -f x }
                networks: [n]
                depends_on: [web]
                volumes: ["data:/data:ro", "./a:/a", /anonymous]
                tmpfs: ["/run", "/small:size=67108864,mode=1777"]
                labels: [a=b]
                extra_hosts: ["h:1.2.3.4"]
                mem_limit: 1.5gb
                cpus: 0.5
            """, folder.File("compose.yml"))["web"];
        var longForm = Read(common + """
            services:
              web:
                build: { context: "https://github.com/o/r.git#main:a", dockerfile: Dockerfile }
                ports:
                  - { host_ip: 127.0.0.1, published: "8000-8001", target: "80-81", protocol: udp }
                  - { host_ip: "::1", published: 90, target: 90 }
                  - { target: 70 }
                environment: { A: b=c, BOTH: own, FROM_SHELL: , ABSENT: }
                env_file: [{ path: ./app.env }, { path: absent.env, required: false }]
                command: [sh, -c, echo 'a b', $$c]
                healthcheck: { test: [CMD-SHELL, curl -f x] }
                networks: { n: }
                depends_on: { web: { condition: service_started } }
                volumes:
                  - { type: volume, source: data, target: /data, read_only: true }
                  - { type: bind, source: ./a, target: /a }
                  - { type: volume, target: /anonymous }
                  - { type: tmpfs, target: /run }
                  - { type: tmpfs, target: /small, tmpfs: { size: 64m, mode: 01777 } }
                labels: { a: b }
                extra_hosts: { h: 1.2.3.4 }
                deploy: { resources: { limits: { memory: 1536m, cpus: "0.5" } } }
            """, folder.File("compose.yml"))["web"];

        foreach (var service in new[] { shortForm, longForm })
        {
            service.Build.ShouldNotBeNull().Reference.ShouldBeOfType<GitHubContext>().Path.ShouldBe("a");
            service.Ports.Select(port => port with { Location = null }).ShouldBe(
            [
                new(80, 8000, "127.0.0.1", "udp"), new(81, 8001, "127.0.0.1", "udp"), new(90, 90, "::1"), new(70, null),
            ]);
            service.Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value ?? "(null)"}")
                .ShouldBe(["A=b=c", "ABSENT=(null)", "BOTH=own", "FROM_FILE=1", "FROM_SHELL=shell"]);
            service.Command.ShouldBe(["sh", "-c", "echo 'a b'", "$c"]);
            service.Healthcheck.ShouldNotBeNull().Test.ShouldBe(["CMD-SHELL", "curl -f x"]);
            service.Networks.Select(network => network.Network).ShouldBe(["n"]);
            service.DependsOn.Select(dependency => (dependency.Service, dependency.Condition)).ShouldBe([("web", DependencyCondition.Started)]);
            service.Mounts.ShouldBe(
            [
                new("volume", "data", "/data", true), new("bind", folder.File("a"), "/a", false), new("volume", null, "/anonymous", false),
                new("tmpfs", null, "/run", false), new("tmpfs", null, "/small", false) { Options = "size=67108864,mode=1777" },
            ]);
            service.Labels.ShouldBe(new Dictionary<string, string> { ["a"] = "b" });
            service.ExtraHosts.ShouldBe(["h:1.2.3.4"]);
            service.MemoryLimit.ShouldBe(1536L * 1024 * 1024);
            service.Cpus.ShouldBe(0.5m);
            service.UndeployableKeys.ShouldBeEmpty();
        }
    }

    [Fact]
    public void A_typed_value_that_needs_an_unset_variable_is_unset_and_not_wrong()
    {
        var rollout = Read(Order + """
            services:
              web:
                image: ${IMAGE:?choose one}
                ports: ["${PORT}:80"]
                healthcheck: { interval: "${INTERVAL}" }
                mem_limit: ${MEMORY:-1g}
                build: { context: "https://github.com/o/r.git#${BRANCH}" }
                environment: { URL: "redis://${HOST}:6379", SAME: $HOST }
            """);

        rollout.UnsetVariables.Select(variable => (variable.Name, variable.Where, variable.Message, variable.Location.Line)).ShouldBe(
        [
            ("IMAGE", "services/web/image", "choose one", 4), ("BRANCH", "services/web/build/context", null, 8), ("HOST", "services/web/environment/URL", null, 9),
            ("PORT", "services/web/ports/0", null, 5), ("INTERVAL", "services/web/healthcheck/interval", null, 6),
        ], ignoreOrder: true);
        rollout["web"].Ports.ShouldBeEmpty();
        rollout["web"].MemoryLimit.ShouldBe(1024L * 1024 * 1024);
        rollout["web"].Environment["URL"].ShouldBe("redis://${HOST}:6379");
        rollout["web"].Build!.Reference.ShouldBe(new OtherContext("https://github.com/o/r.git#${BRANCH}", "an address in which the variable 'BRANCH' has no value"));
    }

    [Fact]
    public void A_service_of_an_inactive_profile_stays_out_and_its_phase_with_it()
    {
        const string text = """
            x-rollout: { phases: [{ services: [debug] }, { services: [web] }] }
            services: { web: { image: x }, debug: { image: x, profiles: [tools] } }
            """;

        Read(text).Phases.Select(phase => (phase.Number, phase.Title, phase.Services.Single())).ShouldBe([(1, "Phase 1", "web")]);
        RolloutReader.Read(ComposeReader.Parse(text, "f"), VariableSet.Empty, ["tools"]).Phases.Count.ShouldBe(2);
        RolloutReader.Read(ComposeReader.Parse(text, "f"), VariableSet.Empty, ["*"]).Services.Count.ShouldBe(2);
    }

    [Fact]
    public void A_database_that_is_itself_a_service_is_not_required_beforehand()
    {
        var rollout = Read("""
            x-rollout: { phases: [{ services: [web, db, worker] }], requires: ["redis://:secret@cache.example"] }
            services:
              web:
                image: x
                environment:
                  A: postgres://u:p%40ss@db:5432/own
                  B: postgresql+asyncpg://u:p%40ss@outside.example/app
                  C: postgres://u:p%40ss@OUTSIDE.example:5432/app
                  D: redis://:secret@cache.example:6379/3
                  E: mysql://u:p@h/d
                  F: postgres://alias/own
              worker: { image: x, environment: ["A=redis://cache.example/1"] }
              db: { image: postgres, networks: { default: { aliases: [alias] } } }
            """);

        rollout.Requirements.Select(requirement => (requirement.Url, requirement.Where, requirement.Service)).ShouldBe(
        [
            ("redis://:secret@cache.example", "x-rollout/requires/0", null),
            ("postgresql://u:p%40ss@outside.example/app", "services/web/environment/B", "web"),
            ("redis://cache.example/1", "services/worker/environment/A", "worker"),
        ]);
        rollout.SecretValues.ShouldBe(["p%40ss", "p@ss", "secret"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("gpus: all", "gpus")]
    [InlineData("extends: { file: 'https://example.com/compose.yml', service: web }", "extends")]
    [InlineData("configs: [c]", "configs")]
    [InlineData("deploy: { placement: { constraints: [a] } }", "deploy/placement")]
    [InlineData("deploy: { replicas: 2 }", "deploy/replicas")]
    [InlineData("deploy: { resources: { limits: { pids: 1 } } }", "deploy/resources/limits/pids")]
    [InlineData("build: { context: ., secrets: [s] }", "build/secrets")]
    [InlineData("networks: { default: { mac_address: a } }", "networks/default/mac_address")]
    [InlineData("volumes: [{ type: bind, source: /a, target: /b, bind: { propagation: shared } }]", "volumes/0/bind/propagation")]
    [InlineData("volumes: ['/a:/b:z']", "volumes/0")]
    [InlineData("tmpfs: '/run:size=64x'", "tmpfs")]
    [InlineData("tmpfs: ['/run:size=64m,huge=always']", "tmpfs")]
    [InlineData("pull_policy: daily", "pull_policy")]
    public void A_key_that_is_not_honoured_yet_is_collected_by_name(string key, string path) =>
        Read($"{Order}services: {{ web: {{ image: x, {key} }} }}\nconfigs: {{ c: {{ file: f }} }}\nsecrets: {{ s: {{ file: f }} }}")["web"]
            .UndeployableKeys.Select(undeployable => undeployable.Path).ShouldBe([$"services/web/{path}"]);

    [Theory]
    [InlineData("develop: { watch: [] }, attach: false, x-own: { gpus: all }, scale: 1")]
    [InlineData("deploy: { replicas: 1, mode: replicated, update_config: { order: start-first }, labels: { a: b }, restart_policy: { condition: any } }")]
    [InlineData("build: { context: ., cache_from: [a] }, healthcheck: { test: [NONE], start_interval: 1s }")]
    [InlineData("ports: [{ target: 80, mode: host, name: web, app_protocol: http }]")]
    [InlineData("volumes: [{ type: bind, source: /a, target: /b, bind: { create_host_path: true } }]")]
    [InlineData("tmpfs: ['/a:', '/b:size=50%,uid=1000,gid=1000,noexec', '/c:mode=0755,rw']")]
    [InlineData("volumes: [{ type: tmpfs, target: /a, tmpfs: { size: 1024, mode: 493 } }]")]
    [InlineData("command: , dns: [], sysctls: {}")]
    public void What_has_no_effect_on_one_engine_does_not_block(string keys) =>
        Read($"{Order}services: {{ web: {{ image: x, {keys} }} }}")["web"].UndeployableKeys.ShouldBeEmpty();

    [Theory]
    [InlineData("name: my-app\n", "/srv/x/compose.yml", null, "my-app")]
    [InlineData("", "/srv/My App_1/compose.yml", null, "myapp_1")]
    [InlineData("", "/srv/-_-/compose.yml", null, "default")]
    [InlineData("name: my-app\n", "/srv/x/compose.yml", "given", "given")]
    [InlineData("name: ${NOBODY}\n", "/srv/x/compose.yml", null, "x")]
    public void The_project_is_named_as_Compose_names_it(string head, string path, string? variable, string expected) =>
        RolloutReader.Read(
            ComposeReader.Parse($"{head}{Order}services: {{ web: {{ image: x }} }}", path),
            variable is null ? VariableSet.Empty : VariableSet.Of(new Dictionary<string, string> { ["COMPOSE_PROJECT_NAME"] = variable })).Project.ShouldBe(expected);

    [Fact]
    public void A_project_name_that_Compose_refuses_is_refused_with_one_that_fits() =>
        Problems($"name: My App\n{Order}services: {{ web: {{ image: x }} }}").ShouldHaveSingleItem().ToString()
            .ShouldBe("f:1:7: name: 'My App' is no project name; write lower-case letters, digits, '-' and '_', starting with a letter or digit, such as 'myapp'");

    [Theory]
    [InlineData("POSTGRES_PASSWORD", true)]
    [InlineData("SECRET_KEY", true)]
    [InlineData("OpenAiApiKey", true)]
    [InlineData("GITHUB_TOKEN", true)]
    [InlineData("SENTRY_DSN", true)]
    [InlineData("DB_PASS", true)]
    [InlineData("AWS_CREDENTIALS", true)]
    [InlineData("KEYCLOAK_URL", false)]
    [InlineData("PASSENGER_PORT", false)]
    [InlineData("ALLOWED_HOSTS", false)]
    public void A_name_says_whether_its_value_is_secret(string name, bool secret)
    {
        var rollout = Read($"{Order}services: {{ web: {{ image: x, environment: {{ {name}: some-value }} }} }}");

        rollout.SecretValues.Contains("some-value").ShouldBe(secret);
    }

    private static Rollout Read(string text, string path = "f") => RolloutReader.Read(
        ComposeReader.Parse(text, path), VariableSet.Of(new Dictionary<string, string> { ["FROM_SHELL"] = "shell" }));

    private static IReadOnlyList<Problem> Problems(string text) => Should.Throw<InvalidInputException>(() => Read(text)).Problems;
}
