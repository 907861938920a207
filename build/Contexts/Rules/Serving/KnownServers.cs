using PhasedRollout.Contexts.Shells;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>Where the servers that people use listen, as their command lines, environments and documented defaults say.</summary>
internal sealed partial class KnownServers(ServingContext context, Func<string, string?> variable)
{
    private const string Loopback = "127.0.0.1";

    /// <summary>The listeners of <paramref name="program"/>; null when it is none of the known servers.</summary>
    public IReadOnlyList<Listener>? Find(string program, ServerOptions options) => program switch
    {
        "uvicorn" => options.Has("--uds", "--fd") ? [Unknown("uvicorn")] : [Simple("uvicorn", options, ["--port"], ["--host"], "UVICORN_PORT", "UVICORN_HOST", 8000, Loopback)],
        "gunicorn" => Gunicorn(options),
        "hypercorn" => Binding("hypercorn", options, ["-b", "--bind", "--insecure-bind"], options.Has("-c", "--config"), 8000),
        "daphne" => options.Has("-e", "--endpoint", "-u", "--unix-socket", "--fd")
            ? [Unknown("daphne")]
            : [Simple("daphne", options, ["-p", "--port"], ["-b", "--bind"], null, null, 8000, Loopback)],
        "flask" when options.Words.Contains("run") => [Flask(options)],
        "fastapi" when options.Words.Contains("run") || options.Words.Contains("dev") => FastApi(options),
        "manage.py" or "django-admin" when options.Words is [{ } verb, ..] && verb.StartsWith("runserver", StringComparison.Ordinal) => [Django(options)],
        "streamlit" when options.Words.Contains("run") => [Streamlit(options)],
        "http.server" => [HttpServerModule(options)],
        "next" when options.Words is ["start" or "dev", ..] => [Simple("next", options, ["-p", "--port"], ["-H", "--hostname"], "PORT", null, 3000, null)],
        "vite" => [Vite(options)],
        "serve" => [Serve(options)],
        "http-server" => [Simple("http-server", options, ["-p", "--port"], ["-a"], "PORT", null, 8080, null)],
        "node" when options.Words is [{ } script, ..] && script.EndsWith("server.js", StringComparison.Ordinal) && context.IsCopied(".next/standalone") =>
            [Simple("next", options, ["--port"], ["--hostname"], "PORT", "HOSTNAME", 3000, null)],
        "nginx" => Nginx(options),
        "dotnet" when options.Words is [{ } file, ..] && file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) => DotNet(options),
        "java" => Java(options),
        "php" when options.Has("-S") => [At("php -S", options.Last("-S").Value)],
        "php" when options.Words is ["artisan", "serve", ..] => [Simple("artisan serve", options, ["--port"], ["--host"], "SERVER_PORT", "SERVER_HOST", 8000, Loopback)],
        "php-fpm" => [PhpFpm()],
        "apache2-foreground" => [Apache()],
        "rails" when options.Words is ["server" or "s", ..] => [Rails(options)],
        "ng" when options.Words is ["serve", ..] => [Simple("ng serve", options, ["--port"], ["--host"], null, null, 4200, "localhost") with { IsSure = false }],
        "jekyll" when options.Words is ["serve" or "s", ..] => [Simple("jekyll serve", options, ["-P", "--port"], ["-H", "--host"], null, null, 4000, Loopback) with { IsSure = false }],
        "hugo" when options.Words is ["server" or "serve", ..] => [Simple("hugo server", options, ["-p", "--port"], ["--bind"], null, null, 1313, Loopback) with { IsSure = false }],
        "mkdocs" when options.Words is ["serve", ..] && !options.Has("-a", "--dev-addr") => [new Listener("mkdocs serve", 8000, Loopback) { IsSure = false }],
        "puma" => Puma(options),
        "rackup" => [Simple("rackup", options, ["-p", "--port"], ["-o", "--host"], null, null, 9292, null) with { IsSure = false }],
        _ => null,
    };

    private static Listener Unknown(string server) => new(server, null) { IsSure = false };

    // A port and a host: option, then variable, then default.
    private Listener Simple(
        string server, ServerOptions options, string[] ports, string[] hosts, string? portVariable, string? hostVariable, int port, string? host)
    {
        var (portText, hostText) = (Value(options, ports, portVariable), Value(options, hosts, hostVariable));
        if (portText.Value == ShellText.Unknown)
            return Unknown(server);

        var listener = portText.Value is null ? new Listener(server, port) : OfText(server, portText.Value);
        return listener with
        {
            Host = hostText.Value switch { null => host, ShellText.Unknown => null, var given => given },
            IsSure = listener.IsSure && !options.HasUnknown && hostText.Value != ShellText.Unknown,
        };
    }

    // Null when nothing says it.
    private (string? Value, bool IsOption) Value(ServerOptions options, string[] names, string? name)
    {
        var (isSet, value) = options.Last(names);
        return isSet ? (value ?? ShellText.Unknown, true)
            : options.HasUnknown ? (ShellText.Unknown, false)
            : (name is null ? null : variable(name), false);
    }

    private static Listener OfText(string server, string text) => Ports.Parse(text) is { } port
        ? new Listener(server, port)
        : new Listener(server, null) { Broken = text.Contains('$', StringComparison.Ordinal) ? text : null };

    // "host:port".
    private static Listener At(string server, string? text)
    {
        if (text is null)
            return Unknown(server);

        var (host, port) = Ports.Address(text);
        return new Listener(server, port, host) { Broken = port is null && text.Contains('$', StringComparison.Ordinal) ? text : null };
    }

    private IReadOnlyList<Listener> Gunicorn(ServerOptions options)
    {
        if (options.Has("-b", "--bind"))
            return Binding("gunicorn", options, ["-b", "--bind"], false, 8000);
        // A configuration file is read by itself: https://docs.gunicorn.org/en/stable/configure.html
        if (options.HasUnknown || options.Has("-c", "--config") || variable("GUNICORN_CMD_ARGS") is not null || context.HasFile("gunicorn.conf.py"))
            return [Unknown("gunicorn")];

        return variable("PORT") is { } port
            ? [Ports.Parse(port) is { } number ? new Listener("gunicorn", number) { IsSure = false } : Unknown("gunicorn")]
            : [new Listener("gunicorn", 8000, Loopback) { IsSure = false }];
    }

    private static IReadOnlyList<Listener> Binding(string server, ServerOptions options, string[] names, bool hasFile, int port)
    {
        var binds = options.All(names);
        if (binds.Count == 0)
            return [options.HasUnknown || hasFile ? Unknown(server) : new Listener(server, port, Loopback)];

        return
        [
            .. binds.Where(bind => bind is null || !(bind.StartsWith("unix:", StringComparison.Ordinal) || bind.StartsWith("fd:", StringComparison.Ordinal)))
                .Select(bind => At(server, bind?.Replace("tcp://", "", StringComparison.Ordinal)))
                .Select(listener => options.HasUnknown ? listener with { IsSure = false } : listener),
        ];
    }

    private IReadOnlyList<Listener> FastApi(ServerOptions options) => !options.Has("--port") && variable("PORT") is not null
        ? [Unknown("fastapi")]
        : [Simple("fastapi", options, ["--port"], ["--host"], null, null, 8000, options.Words.Contains("dev") ? Loopback : null)];

    private Listener Django(ServerOptions options)
    {
        if (options.HasUnknown)
            return Unknown("runserver");

        var address = options.Words.Skip(1).FirstOrDefault(word => !word!.StartsWith('-'));
        return address is null ? new Listener("runserver", 8000, Loopback) { IsSure = context.Script("manage.py")?.Contains("default_", StringComparison.Ordinal) != true }
            : Ports.Parse(address) is { } port ? new Listener("runserver", port, Loopback)
            : At("runserver", address);
    }

    // What python-dotenv finds in the folder is read first.
    private Listener Flask(ServerOptions options)
    {
        var listener = Simple("flask", options, ["-p", "--port"], ["-h", "--host"], "FLASK_RUN_PORT", "FLASK_RUN_HOST", 5000, Loopback);
        return listener with { IsSure = listener.IsSure && (options.Has("-p", "--port") || !context.HasFile(".flaskenv", ".env")) };
    }

    private Listener Streamlit(ServerOptions options) => !options.Has("--server.port") && context.HasFile(".streamlit/config.toml")
        ? Unknown("streamlit")
        : Simple("streamlit", options, ["--server.port"], ["--server.address"], "STREAMLIT_SERVER_PORT", "STREAMLIT_SERVER_ADDRESS", 8501, null);

    private static Listener HttpServerModule(ServerOptions options)
    {
        var (hasHost, host) = options.Last("-b", "--bind");
        if (options.HasUnknown)
            return Unknown("http.server");

        var port = options.Words.Select(Ports.Parse).FirstOrDefault(port => port is not null);
        return new Listener("http.server", port ?? 8000, hasHost ? host : null);
    }

    private Listener Vite(ServerOptions options)
    {
        var hasFile = context.HasFile("vite.config.js", "vite.config.ts", "vite.config.mjs", "vite.config.mts");
        if (options.HasUnknown || options.Words is ["build", ..] || (hasFile && !options.Has("--port")))
            return Unknown("vite");

        // "--host" alone means every address.
        var isOpen = options.Words.Any(word => word == "--host") || hasFile;
        var listener = Simple("vite", options, ["--port"], [], null, null, options.Words.Contains("preview") ? 4173 : 5173, null);
        return listener with { Host = isOpen || options.Has("--host") ? null : "localhost", IsSure = listener.IsSure && !hasFile };
    }

    private Listener Serve(ServerOptions options)
    {
        var (isSet, value) = options.Last("-l", "--listen", "-p");
        if (!isSet)
            return Simple("serve", options, [], [], "PORT", null, 3000, null);

        return value is null ? Unknown("serve") : Ports.Parse(value) is { } port ? new Listener("serve", port) : At("serve", value.Replace("tcp://", "", StringComparison.Ordinal));
    }

    private IReadOnlyList<Listener> Puma(ServerOptions options)
    {
        if (options.Has("-p", "--port"))
            return [Simple("puma", options, ["-p", "--port"], [], null, null, 9292, null)];
        if (options.Has("-b", "--bind"))
            return Binding("puma", options, ["-b", "--bind"], false, 9292);

        return options.HasUnknown || options.Has("-C", "--config") || context.HasFile("puma.rb") ? [Unknown("puma")] : [new Listener("puma", 9292) { IsSure = false }];
    }

    // config/puma.rb as Rails makes it takes PORT, else 3000; in development the command listens on localhost unless it is told otherwise.
    private Listener Rails(ServerOptions options)
    {
        var host = variable("RAILS_ENV") is null or "development" && variable("RACK_ENV") is null or "development" ? "localhost" : null;
        var listener = Simple("rails server", options, ["-p", "--port"], ["-b", "--binding"], "PORT", "BINDING", 3000, host);
        return listener with { IsSure = listener.IsSure && options.Has("-p", "--port") && options.Has("-b", "--binding") };
    }
}
