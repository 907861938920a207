using PhasedRollout.Rollouts;
using static PhasedRollout.Rollouts.FailureClass;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>What Python, Node, Java, Go, .NET, Ruby, PHP, Rust and nginx say when a program cannot start.</summary>
internal static class RuntimeRules
{
    private const string SetVariable = "set {variable|=it} under services.{service}.environment in the compose file";

    private const string CorrectLine = "correct what the line says";

    public static readonly FailureRule[] Migrations =
    [
        new("migration-locked", LockHeld, "migration-lock",
            "Could not acquire change log lock", "Waiting for changelog lock", "Can't take lock to run migrations",
            "Migration table is already locked", "timeout: can't acquire database lock", "P1002: {why}")
        {
            Cause = "somebody else holds the lock of its database's migrations, or died with it",
            Remedy =
                "wait for the other deployment; when there is none, release the lock (liquibase release-locks, knex migrate:unlock, "
                + "SELECT pg_terminate_backend of its session)",
            Certainty = Certainty.Likely,
            Examples =
            [
                "liquibase.exception.LockException: Could not acquire change log lock.  Currently locked by 5f2a (172.18.0.4) since 1/1/26, 8:00 AM",
                "MigrationLocked: Migration table is already locked",
            ],
        },
        new("migration", CrashLoop, "migration-failed",
            "Dirty database version {version}", "Error applying database migrations: {why}", "unknown migration in database",
            "Can't locate revision identified by {revision}", "Multiple head revisions are present", "Target database is not up to date",
            "InconsistentMigrationHistory: {why}", "NodeNotFoundError: Migration {why}", "Conflicting migrations detected", "P3009: {why}",
            "P3018: {why}", "P3005: {why}", "migrate found failed migrations", "Migrations are pending", "PendingMigrationError",
            "StandardError: An error has occurred, this and all later migrations canceled", "FlywayException: {why}",
            "FlywayValidateException: {why}", "Migration of schema {why} failed", "liquibase.exception.{why}",
            "Migration checksum mismatch {why}", "migration failed: {why}", "Failed to migrate: {why}", "Failed to run migrations: {why}",
            "Migration \"{name}\" failed", "Migration failed with error", "error applying migration {why}", "QueryFailedError: {why}",
            "The table {name} does not exist in the current database", "ProgrammingError: relation {name} does not exist", "UndefinedTableError: relation {name} does not exist",
            "UndefinedTable: relation {name} does not exist", "relation {name} does not exist", "relation {name} already exists",
            "column {name} does not exist", "column {name} of relation {table} already exists", "DuplicateTable{why}",
            "Table '{name}' doesn't exist", "Table {name} already exists", "no such table: {name}", "Base table or view not found",
            "Base table or view already exists", "Duplicate column name {name}")
        {
            Cause =
                "a migration of its database failed or is missing[: {why}][ (version {version} is marked dirty)][ (revision {revision} "
                + "is unknown)][ ({name})]",
            Remedy =
                "make the migrations of this commit and the database fit: run the missing ones by a one-off container of "
                + "services.{service} (manage.py migrate, alembic upgrade head, prisma migrate deploy, dotnet ef database update, rails db:migrate), "
                + "or mark the broken one as repaired",
            Certainty = Certainty.Likely,
            Examples =
            [
                "Failed to migrate: Dirty database version 30. Fix and force version.",
                "alembic.util.exc.CommandError: Can't locate revision identified by 'a1b2c3'",
                "django.db.utils.ProgrammingError: relation \"wagtailcore_site\" does not exist",
            ],
        },
    ];

    public static readonly FailureRule[] Python =
    [
        new("python-module", CrashLoop, "missing-module", "No module named {name}")
        {
            Cause = "Python finds no module {name}",
            Remedy =
                "add its package to requirements.txt and build again; for a module of your own correct DJANGO_SETTINGS_MODULE, "
                + "PYTHONPATH, WORKDIR or COPY",
            Examples = ["ModuleNotFoundError: No module named 'celery_app'", "ImportError: No module named contextlib"],
        },
        new("python-import", CrashLoop, "missing-module",
            "ImportError: cannot import name {name} from {package}", "ImportError: cannot import name {name}",
            "PydanticImportError: {name} has been")
        {
            Cause = "Python cannot import {name}[ from {package}]: their versions do not fit each other",
            Remedy = "pin versions of the packages that fit each other in requirements.txt",
            Examples =
            [
                "ImportError: cannot import name 'Markup' from 'jinja2' (/usr/local/lib/python3.11/site-packages/jinja2/__init__.py)",
            ],
        },
        new("python-application", CrashLoop, "missing-module",
            "Could not import module {name}", "Attribute {attribute} not found in module {name}",
            "Failed to find attribute {attribute} in {name}", "Failed to parse {attribute} as an attribute name or function call",
            "Unable to load celery application", "Error: While importing {name}, an ImportError was raised",
            "Could not locate a Flask application")
        {
            Cause = "its server finds no application[ {attribute}][ in {name}]",
            Remedy = "correct the module:attribute in CMD or services.{service}.command, or WORKDIR and PYTHONPATH",
            Examples =
            [
                "ERROR:    Error loading ASGI app. Could not import module \"app.main\".",
                "Failed to find attribute 'application' in 'okapp'.",
            ],
        },
        new("python-variable", CrashLoop, "missing-variable",
            "^KeyError: '{variable}'", "decouple.UndefinedValueError: {variable} not found",
            "ImproperlyConfigured: Set the {variable} environment variable",
            "environs.EnvError: Environment variable \"{variable}\" not set", "EnvError: Environment variable {variable} not set")
        {
            Cause = "the environment variable {variable} is not set",
            Remedy = SetVariable,
            Certainty = Certainty.Likely,
            Examples =
            [
                "KeyError: 'OPENAI_API_KEY'",
                "decouple.UndefinedValueError: SECRET_KEY not found. Declare it as envvar or define a default value.",
            ],
        },
        new("python-settings", CrashLoop, "missing-variable",
            "Field required [type=missing{*}", "field required (type=value_error.missing)")
        {
            Cause = "its settings lack {before}: the environment variable of that name is not set",
            Remedy = "set {before} (in capitals) under services.{service}.environment in the compose file",
            Certainty = Certainty.Likely,
            Examples = ["  Field required [type=missing, input_value={}, input_type=dict]"],
        },
        new("django-settings", CrashLoop, "missing-variable",
            "You must either define the environment variable {name} or call settings.configure()",
            "The SECRET_KEY setting must not be empty")
        {
            Cause = "Django is configured wrongly: {line_itself}",
            Remedy =
                "set the variable that the setting comes from (DJANGO_SETTINGS_MODULE, SECRET_KEY) under "
                + "services.{service}.environment in the compose file",
            Examples = ["django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty."],
        },
        new("django-host", Unhealthy, "host-not-allowed", "Invalid HTTP_HOST header: '{name}'", "DisallowedHost at")
        {
            Cause = "Django refuses requests for the host[ {name}]",
            Remedy =
                "add that host (without the port; localhost for its own health check) to ALLOWED_HOSTS, where its settings read it "
                + "from services.{service}.environment",
            Rank = RuleRank.Symptom,
            Examples = ["Invalid HTTP_HOST header: 'localhost:8000'. You may need to add 'localhost' to ALLOWED_HOSTS."],
        },
        new("django-configuration", CrashLoop, "configuration",
            "ImproperlyConfigured: {why}", "CommandError: {why}", "SystemCheckError: {why}", "AppRegistryNotReady: {why}")
        {
            Cause = "Django is configured wrongly: {why}",
            Remedy = "correct the setting or the variable it comes from (services.{service}.environment)",
            Examples =
            [
                "django.core.exceptions.ImproperlyConfigured: WSGI application 'x.wsgi.application' could not be loaded; Error importing module.",
            ],
        },
    ];

    public static readonly FailureRule[] Node =
    [
        new("node-module", CrashLoop, "missing-module",
            "Cannot find module '{name}'", "Cannot find package '{name}'", "Module not found: Error: Can't resolve {name}",
            "Directory import {name} is not supported")
        {
            Cause = "Node finds no module {name}",
            Remedy =
                "add it to dependencies (not devDependencies) in package.json and commit the lock file; for a file of your own correct "
                + "CMD, WORKDIR, COPY or the build step that makes it",
            Examples =
            [
                "Error: Cannot find module '/app/dist/main.js'",
                "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'pg' imported from /app/index.js",
            ],
        },
        new("node-native", CrashLoop, "wrong-architecture",
            "was compiled against a different Node.js version using", "invalid ELF header", "Could not locate the bindings file",
            "Error relocating {name}: {symbol}: symbol not found")
        {
            Cause = "a native module in node_modules was built for another Node or platform",
            Remedy = "do not copy node_modules from outside (put it into .dockerignore), and run npm ci in the same base image that runs it",
            Examples = ["Error: /app/node_modules/bcrypt/lib/binding/bcrypt_lib.node: invalid ELF header"],
        },
        new("node-esm", CrashLoop, "module-format",
            "Cannot use import statement outside a module", "require() of ES Module {name}", "ERR_REQUIRE_ESM",
            "exports is not defined in ES module scope", "require is not defined in ES module scope", "Unknown file extension {name}")
        {
            Cause = "Node loads an ES module as CommonJS, or the other way round",
            Remedy =
                "set \"type\" in package.json to what the files are, build them before the start, or take the package's version that "
                + "fits",
            Examples = ["SyntaxError: Cannot use import statement outside a module"],
        },
        new("node-script", CrashLoop, "command-not-found",
            "Missing script: {name}", "ERR_PNPM_NO_SCRIPT{*}Missing script: {name}", "Command {name} not found.")
        {
            Cause = "package.json has no script {name}",
            Remedy = "add \"{name}\" to scripts in package.json, or correct CMD or services.{service}.command",
            Examples = ["npm error Missing script: \"start\""],
        },
        new("node-next", CrashLoop, "missing-file", "Could not find a production build in the {path} directory")
        {
            Cause = "Next finds no production build in {path}",
            Remedy = "RUN npm run build in the Dockerfile and COPY .next (or .next/standalone) into the final stage",
            Examples =
            [
                "Error: Could not find a production build in the '.next' directory. Try building your app with 'next build' before starting the production server.",
            ],
        },
        new("prisma-engine", CrashLoop, "missing-library",
            "Query engine library for current platform {name} could not be found",
            "Prisma Client could not locate the Query Engine for runtime {name}", "@prisma/client did not initialize yet")
        {
            Cause = "Prisma's client was not generated for this image[ ({name})]",
            Remedy =
                "RUN npx prisma generate in the image that runs it, with binaryTargets = [\"native\", \"{name}\"] in schema.prisma, "
                + "and install openssl there",
            Examples =
            [
                "PrismaClientInitializationError: Prisma Client could not locate the Query Engine for runtime \"debian-openssl-3.0.x\".",
            ],
        },
    ];

    public static readonly FailureRule[] Others =
    [
        new("variable", CrashLoop, "missing-variable",
            "Environment variable not found: {variable}", "environment variable {variable} is not set",
            "environment variable {variable} not set", "environment variable {variable} is missing",
            "environment variable {variable} is required", "Missing required environment variable: {variable}",
            "Missing required environment variable {variable}", "Missing environment variable: {variable}",
            "Missing environment variable {variable}", "missing required env var {variable}", "required environment variables are missing",
            "required key {variable} missing value", "env: environment variable {variable} should not be empty",
            "env: required environment variable {variable} is not set", "key not found: {variable} (KeyError)",
            "Could not resolve placeholder {variable} in value", "You must specify {variable} in the environment",
            "^{variable} environment variable is not set", "^Error: {variable} is required", "^Error: {variable} must be set",
            "^{variable} must be set: NotPresent", "{variable}: parameter not set", "{variable}: parameter null or not set",
            "{variable}: unbound variable", "^{variable} is not set", "Missing `secret_key_base`",
            "No application encryption key has been specified", "input: 'undefined'")
        {
            Cause = "the environment variable[ {variable}] is not set",
            Remedy = SetVariable,
            Certainty = Certainty.Likely,
            Examples =
            [
                "error: Environment variable not found: DATABASE_URL.",
                "2026/01/01 00:00:00 DATABASE_URL is not set",
                "ArgumentError: Missing `secret_key_base` for 'production' environment",
                "Caused by: java.lang.IllegalArgumentException: Could not resolve placeholder 'JWT_SECRET' in value \"${JWT_SECRET}\"",
                "/entrypoint.sh: line 4: DB_HOST: unbound variable",
            ],
        },
        new("variables-listed", CrashLoop, "missing-variable", "^Missing environment variables:", "Invalid environment variables:")
        {
            Cause = "environment variables are not set: {after}",
            Remedy = "set them under services.{service}.environment in the compose file",
            Certainty = Certainty.Likely,
            Examples = ["Missing environment variables:"],
        },
        new("configuration-text", CrashLoop, "configuration",
            "yaml: line {line}: {why}", "yaml: unmarshal errors", "toml: line {line} {why}", "adapting config using {name}: {why}",
            "error parsing config{*}: {why}", "failed to parse config{*}: {why}", "error loading config{*}: {why}",
            "failed to load config{*}: {why}", "config : parsing [{path}] : {why}",
            "Configuration value {name} is missing",  "invalid configuration: {why}", "yaml.scanner.ScannerError: {why}", "yaml.parser.ParserError: {why}")
        {
            Cause = "it cannot read its configuration[: {why}]",
            Remedy = "correct that place of the file that it is started with (services.{service}.volumes, configs, or COPY)",
            Certainty = Certainty.Likely,
            Rank = RuleRank.Symptom,
            Examples =
            [
                "Error: adapting config using caddyfile: Caddyfile:3: unrecognized directive: reverse_prxy",
                "command traefik error: yaml: line 4: mapping values are not allowed in this context",
            ],
        },
        new("rails-key", CrashLoop, "missing-variable", "Couldn't decrypt {path}. Perhaps you passed the wrong key?", "Missing encryption key to decrypt file with")
        {
            Cause = "Rails cannot decrypt its credentials[ ({path})]: the master key is not set, or is another one",
            Remedy = "set RAILS_MASTER_KEY under services.{service}.environment to the content of config/master.key",
            Examples = ["Couldn't decrypt config/credentials.yml.enc. Perhaps you passed the wrong key?"],
        },
        new("java-class", CrashLoop, "missing-module",
            "Could not find or load main class {name}", "ClassNotFoundException: {name}", "NoClassDefFoundError: {name}",
            "no main manifest attribute, in {name}")
        {
            Cause = "Java finds no class {name}",
            Remedy =
                "correct the main class or the class path in CMD, or build a jar that holds its dependencies (spring-boot:repackage, "
                + "shade)",
            Examples = ["Error: Could not find or load main class com.shop.Main"],
        },
        new("java-version", CrashLoop, "runtime-version", "UnsupportedClassVersionError: {name}", "class file has wrong version {version}")
        {
            Cause = "its classes were compiled for a newer Java than the image's",
            Remedy =
                "take a base image with that Java in the final stage (class file 61 is Java 17, 65 is Java 21), or compile with "
                + "--release of the image's",
            Examples =
            [
                "java.lang.UnsupportedClassVersionError: com/shop/Main has been compiled by a more recent version of the Java Runtime (class file version 65.0)",
            ],
        },
        new("java-options", CrashLoop, "configuration",
            "Unrecognized VM option {name}", "Unrecognized option: {name}", "Could not reserve enough space for object heap",
            "Could not reserve enough space for {size} object heap", "Invalid maximum heap size: {name}")
        {
            Cause = "the Java machine does not start with its options[: {name}][: a heap of {size} does not fit]",
            Remedy = "correct JAVA_OPTS, JAVA_TOOL_OPTIONS or CMD of services.{service}",
            Examples = ["Unrecognized VM option 'UseConcMarkSweepGC'", "Could not reserve enough space for 1048574951424KB object heap"],
        },
        new("spring-datasource", CrashLoop, "configuration",
            "Failed to configure a DataSource: {why}", "Failed to determine a suitable driver class")
        {
            Cause = "Spring has no database address: 'url' of the data source is not set",
            Remedy = "set SPRING_DATASOURCE_URL (with _USERNAME and _PASSWORD) under services.{service}.environment in the compose file",
            Examples =
            [
                "Failed to configure a DataSource: 'url' attribute is not specified and no embedded datasource could be configured.",
            ],
        },
        new("dotnet-framework", CrashLoop, "runtime-version",
            "You must install or update .NET to run this application", "The framework '{name}', version '{version}'",
            "It was not possible to find any compatible framework version", "The command could not be loaded, possibly because:")
        {
            Cause = "the image has not the .NET that it needs[: {name} {version}]",
            Remedy =
                "take the base image of that version in the final stage (mcr.microsoft.com/dotnet/aspnet for ASP.NET, runtime for "
                + "others)",
            Examples =
            [
                "You must install or update .NET to run this application.",
                "Framework: The framework 'Microsoft.AspNetCore.App', version '8.0.0' (x64) was not found.",
            ],
        },
        new("dotnet-assembly", CrashLoop, "missing-module",
            "Could not load file or assembly {name}", "The application to execute does not exist: {name}",
            "Could not execute because the application was not found")
        {
            Cause = ".NET finds no assembly[ {name}]",
            Remedy = "correct ENTRYPOINT [\"dotnet\", \"<name>.dll\"], or COPY the output of dotnet publish into the final stage",
            Examples =
            [
                "Unhandled exception. System.IO.FileNotFoundException: Could not load file or assembly 'Shop.Core, Version=1.0.0.0, Culture=neutral'",
            ],
        },
        new("dotnet-https", CrashLoop, "tls", "Unable to configure HTTPS endpoint. No server certificate was specified")
        {
            Cause = "Kestrel is told to serve https and has no certificate",
            Remedy =
                "set ASPNETCORE_URLS=http://+:8080 under services.{service}.environment, or mount a certificate and name it in "
                + "ASPNETCORE_Kestrel__Certificates__Default__Path",
            Examples =
            [
                "System.InvalidOperationException: Unable to configure HTTPS endpoint. No server certificate was specified, and the default developer certificate could not be found",
            ],
        },
        new("dotnet-globalization", CrashLoop, "missing-library", "Couldn't find a valid ICU package installed on the system")
        {
            Cause = "its image lacks ICU, which .NET needs for cultures",
            Remedy = "install libicu (icu-libs on Alpine) in the image, or set DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1",
            Examples = ["Process terminated. Couldn't find a valid ICU package installed on the system."],
        },
        new("ruby-gem", CrashLoop, "missing-module",
            "Could not find {name} in any of the sources", "Could not find {name} in locally installed gems",
            "cannot load such file -- {name}", "Could not find gem {name}", "Bundler::GemNotFound",
            "Your Ruby version is {version}, but your Gemfile specified {wanted}")
        {
            Cause = "Ruby finds no gem[ {name}][: it is Ruby {version} and the Gemfile wants {wanted}]",
            Remedy = "RUN bundle install in the image that runs it, with the base image of the Gemfile's Ruby, and commit Gemfile.lock",
            Examples =
            [
                "`require': cannot load such file -- puma (LoadError)",
                "Could not find rack-2.2.4 in any of the sources (Bundler::GemNotFound)",
            ],
        },
        new("ruby-pid", CrashLoop, "stale-pid", "A server is already running. Check {path}", "A server is already running (pid: {pid}")
        {
            Cause = "Rails finds the pid file of a server that is gone",
            Remedy =
                "remove it at the start: command: sh -c \"rm -f tmp/pids/server.pid && exec bundle exec rails server -b 0.0.0.0\", and "
                + "put tmp/ into .dockerignore",
            Examples = ["A server is already running. Check /app/tmp/pids/server.pid."],
        },
        new("php-class", CrashLoop, "missing-module",
            "Failed opening required '{name}'", "Uncaught Error: Class {name} not found", "Call to undefined function {name}",
            "could not find driver", "Class {name} not found", "Interface {name} not found")
        {
            Cause = "PHP finds no[ {name}] (a file, an extension or a package is missing)",
            Remedy = "RUN composer install --no-dev in the image and docker-php-ext-install the extension (pdo_pgsql, redis, mbstring …)",
            Examples =
            [
                "PHP Fatal error:  Uncaught Error: Failed opening required '/app/vendor/autoload.php'",
                "SQLSTATE: could not find driver",
            ],
        },
        new("nginx-configuration", CrashLoop, "configuration",
            "unknown directive {name} in {path}", "unexpected {name} in {path}", "invalid number of arguments in {name} directive",
            "[emerg]{*}open() {path} failed", "cannot load certificate {path}", "directive is not allowed here in {path}",
            "invalid parameter {name} in {path}", "{path}: unknown log format")
        {
            Cause = "nginx does not take its configuration: {line_itself}",
            Remedy = "correct that line of {path}, or mount or COPY the file that it names",
            Examples = ["nginx: [emerg] unknown directive \"sever\" in /etc/nginx/nginx.conf:2"],
        },
        new("configuration-file", CrashLoop, "missing-file",
            "Fatal error, can't open config file {path}", "open {path}: no such file or directory",
            "FileNotFoundError: [Errno 2] No such file or directory: {path}", "No config file {path} found",
            "ENOENT: no such file or directory, {*} '{path}'", "FileNotFoundException: Could not find file {path}",
            "java.io.FileNotFoundException: {path}", "No such file or directory @ rb_sysopen - {path}",
            "Failed to open stream: No such file or directory", "Could not locate {path}")
        {
            Cause = "it finds no file[ {path}]",
            Remedy = "COPY it into the image or mount it (services.{service}.volumes), or correct the path in its configuration",
            Certainty = Certainty.Likely,
            Rank = RuleRank.Symptom,
            Examples =
            [
                "2026/01/01 00:00:00 open /etc/app/config.yaml: no such file or directory",
                "FileNotFoundError: [Errno 2] No such file or directory: '/app/config.yml'",
            ],
        },
        new("root-refused", CrashLoop, "permission-denied",
            "execution of the PostgreSQL server is not permitted", "can not run elasticsearch as root",
            "Please consult the Knowledge Base to find out how to run mysqld as root",
            "Running as root without --no-sandbox is not supported", "Don't run this as root")
        {
            Cause = "it refuses to run as root",
            Remedy = "set user: (or USER in the Dockerfile) to an unprivileged one for services.{service}",
            Examples = ["\"root\" execution of the PostgreSQL server is not permitted."],
        },
        new("elastic-limits", CrashLoop, "limit", "max virtual memory areas vm.max_map_count {why}")
        {
            Cause = "the target's vm.max_map_count is too low for it",
            Remedy = "sysctl -w vm.max_map_count=262144 on the target (and in /etc/sysctl.conf)",
            Examples =
            [
                "bootstrap check failure [1] of [1]: max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]",
            ],
        },
        new("ruby-platform", CrashLoop, "wrong-architecture", "Your bundle only supports platforms {*}")
        {
            Cause = "its gems were locked for another platform than the target's: {line_itself}",
            Remedy = "bundle lock --add-platform x86_64-linux aarch64-linux, commit Gemfile.lock, and build again",
            Examples = ["Your bundle only supports platforms [\"aarch64-linux\"] but your local platform is x86_64-linux."],
        },
        new("broker", CrashLoop, "connection-refused",
            "NoBrokersAvailable", "could not be established. Broker may not be available", "KafkaJSNumberOfRetriesExceeded",
            "KafkaJSConnectionError: {why}", "client has run out of available brokers", "Local: Broker transport failure",
            "None of the specified endpoints were reachable", "No resolvable bootstrap urls given in bootstrap.servers")
        {
            Cause = "it cannot reach its message broker[: {why}]",
            Remedy =
                "deploy the broker in an earlier phase, correct its address (services.{service}.environment), and let Kafka advertise one "
                + "that containers reach (KAFKA_ADVERTISED_LISTENERS)",
            Certainty = Certainty.Likely,
            Rank = RuleRank.Symptom,
            Examples =
            [
                "kafka.errors.NoBrokersAvailable: NoBrokersAvailable",
                "Connection to node -1 (kafka/172.18.0.3:9092) could not be established. Broker may not be available.",
            ],
        },
        new("rabbit-password", CredentialsRejected, "password-refused",
            "ACCESS_REFUSED - Login was refused", "SASL authentication failed", "SaslAuthenticationException", "amqp: Exception (403)")
        {
            Cause = "its message broker rejected user or password",
            Remedy =
                "correct them in the broker's address (services.{service}.environment), or set them on the broker (rabbitmqctl "
                + "change_password)",
            Examples =
            [
                "amqp.exceptions.AccessRefused: (0, 0): (403) ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.",
            ],
        },
        new("token-refused", CredentialsRejected, "token-refused",
            "Incorrect API key provided", "Invalid API Key provided", "invalid_api_key",
            "The security token included in the request is invalid", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidClientTokenId",
            "NoCredentialsError: Unable to locate credentials", "CredentialsProviderError: Could not load credentials",
            "401 Unauthorized: {why}")
        {
            Cause = "a service that it calls rejects its key or token",
            Remedy = "correct the key under services.{service}.environment in the compose file (or its .env)",
            Certainty = Certainty.Likely,
            Examples =
            [
                "openai.AuthenticationError: Error code: 401 - {'error': {'message': 'Incorrect API key provided: sk-x'}}",
                "botocore.exceptions.NoCredentialsError: Unable to locate credentials",
            ],
        },
    ];

    /// <summary>An exception of any kind that ended the program.</summary>
    public static readonly FailureRule[] Uncaught =
    [
        new("panic", CrashLoop, "unhandled-exception",
            "^panic: {why}", "^fatal error: {why}", "^Unhandled exception. {why}", "Exception in thread \"{thread}\" {why}",
            "PHP Fatal error: {why}", "Fatal error: Uncaught {why}", "Caused by: {why}")
        {
            Cause = "{why}",
            Remedy = CorrectLine,
            Certainty = Certainty.Likely,
            Rank = RuleRank.LastResort,
            Examples = ["panic: assignment to entry in nil map", "Unhandled exception. System.InvalidOperationException: no"],
        },
        new("rust-panic", CrashLoop, "unhandled-exception", "^thread '{thread}'{*}panicked at {where}")
        {
            Cause = "it panicked: {after}",
            Remedy = "correct what the message says ({where})",
            Certainty = Certainty.Likely,
            Rank = RuleRank.LastResort,
            Examples = ["thread 'main' panicked at src/main.rs:1:48:", "thread 'main' (32676) panicked at src/main.rs:1:48:"],
        },
        new("segmentation-fault", CrashLoop, "crash", "^Segmentation fault", "Fatal Python error: {why}", "double free or corruption")
        {
            Cause = "it crashed (segmentation fault)[: {why}]",
            Remedy = "take a version of the program or native library that fits the image; run it under a debugger to see where",
            Certainty = Certainty.Likely,
            Rank = RuleRank.LastResort,
            Examples = ["Segmentation fault (core dumped)"],
        },
    ];
}
