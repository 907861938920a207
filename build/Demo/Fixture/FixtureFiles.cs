using System.Globalization;

namespace PhasedRollout.Demo.Fixture;

/// <summary>The files of the demo's services: small, but each really asks its database and its cache before it calls itself healthy.</summary>
internal static class FixtureFiles
{
    /// <summary>The image that all services start from.</summary>
    public const string BaseImage = "phased-rollout-demo/base:1";

    private const string Service = """
        #!/bin/sh
        # Answers 200 at $HEALTH_PATH as long as PostgreSQL and Redis answer, 404 otherwise.
        set -u
        www=$(mktemp -d)
        health=$www$HEALTH_PATH
        case $HEALTH_PATH in */) health=${health}index.html ;; esac
        mkdir -p "$(dirname "$health")"

        # postgresql://user:password@host:port/database, by variables: arguments are seen by everybody.
        rest=${DATABASE_URL#*://}
        credentials=${rest%@*} address=${rest##*@}
        hostport=${address%%/*}
        export PGUSER=${credentials%%:*} PGPASSWORD=${credentials#*:} PGHOST=${hostport%%:*} PGPORT=${hostport#*:}
        export PGDATABASE=${address#*/} PGCONNECT_TIMEOUT=3
        cache=${REDIS_URL#redis://}
        cache=${cache%%/*}

        database_answers() { psql -XqtAw -c 'select 1' >/dev/null; }
        cache_answers() { printf 'PING\r\nQUIT\r\n' | nc -w 3 "${cache%%:*}" "${cache#*:}" | grep -q PONG; }

        httpd -f -p "$PORT" -h "$www" &
        server=$!
        trap 'kill $server; exit 0' TERM INT
        echo "$SERVICE_NAME listens on port $PORT"
        while kill -0 $server; do
            pause=1
            if ! database_answers; then
                rm -f "$health"
            elif ! cache_answers; then
                echo "Redis at $cache does not answer" >&2
                rm -f "$health"
            else
                [ -e "$health" ] || echo "$SERVICE_NAME is ready: PostgreSQL and Redis answer"
                echo "{\"status\": \"ok\", \"service\": \"$SERVICE_NAME\"}" >"$health"
                pause=5
            fi
            sleep $pause &
            wait $!
        done
        exit 1

        """;

    /// <summary>The program of every service, <c>service.sh</c>.</summary>
    public static string ServiceScript => Service;

    /// <summary>A plain Dockerfile for a service.</summary>
    public static string Dockerfile(FixtureService service, string steps = "") => string.Create(CultureInfo.InvariantCulture, $"""
        FROM {BaseImage}
        LABEL org.opencontainers.image.title="{service.Name}"
        WORKDIR /app
        COPY . .
        {steps}ENV SERVICE_NAME={service.Name} \
            PORT={service.Port} \
            HEALTH_PATH={service.HealthPath}
        EXPOSE {service.Port}
        USER 65534:65534
        CMD ["sh", "service.sh"]

        """);

    /// <summary>The files of a build context, by their path in it.</summary>
    public static IEnumerable<(string Path, string Content)> Context(FixtureService service)
    {
        yield return ("service.sh", Service);
        yield return ("README.md", $"# {service.Name}\n\nA service of the staging backend.\n");
        switch (service.Name)
        {
            case "wagtail-cms":
                yield return ("Dockerfile", TwoStages(service));
                yield return ("static/site.css", "body { font-family: sans-serif; }\n");
                break;
            case "django-crm":
                yield return ("Dockerfile", Dockerfile(service, "ARG VERSION=2.4.1\nRUN echo \"$VERSION\" > VERSION\n"));
                yield return (".dockerignore", "# What the image does not need\n*.md\ntests\n!tests/smoke.sh\n");
                yield return ("tests/smoke.sh", "curl -f http://localhost:8000/admin/login/\n");
                yield return ("tests/data.txt", "not for the image\n");
                break;
            case "ai-agents":
                yield return ("Dockerfile", Dockerfile(service, "RUN sh check-requirements.sh\n"));
                yield return ("requirements.txt", "fastapi==0.115.0\nlangchain==0.3.1\n");
                yield return ("vendor/index.txt", "fastapi==0.115.0\nlangchain==0.3.1\nopenai==1.51.0\n");
                yield return ("check-requirements.sh", CheckRequirements);
                break;
            case "amazon-sourcing":
                yield return ("Dockerfile", Dockerfile(service));
                yield return (".dockerignore", "**/*.md\n.env*\n");
                yield return (".env.example", "AMAZON_ACCESS_KEY=\nAMAZON_SECRET_KEY=\n");
                break;
            default:
                yield return ("Dockerfile", Dockerfile(service));
                break;
        }
    }

    // The vendored index stands for a package index; a version that is not in it fails the build, as with pip.
    private const string CheckRequirements = """
        #!/bin/sh
        # Every requirement must be in the vendored index.
        while read -r requirement; do
            grep -qxF "$requirement" vendor/index.txt && continue
            known=$(sed -n "s/^${requirement%%==*}==//p" vendor/index.txt)
            echo "ERROR: Could not find a version that satisfies the requirement $requirement (from versions: ${known:-none})" >&2
            echo "ERROR: No matching distribution found for $requirement" >&2
            exit 1
        done < requirements.txt

        """;

    private static string TwoStages(FixtureService service) => string.Create(CultureInfo.InvariantCulture, $"""
        FROM {BaseImage} AS assets
        WORKDIR /assets
        COPY static/ .
        RUN gzip -k site.css

        FROM {BaseImage}
        LABEL org.opencontainers.image.title="{service.Name}"
        WORKDIR /app
        COPY service.sh .
        COPY --from=assets /assets/ static/
        ENV SERVICE_NAME={service.Name} PORT={service.Port} HEALTH_PATH={service.HealthPath}
        EXPOSE {service.Port}
        USER 65534:65534
        CMD ["sh", "service.sh"]

        """);
}
