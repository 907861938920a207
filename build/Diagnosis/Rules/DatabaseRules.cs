using PhasedRollout.Rollouts;
using static PhasedRollout.Rollouts.FailureClass;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>What the servers themselves say, in the words of whichever client prints it: PostgreSQL, MySQL and MariaDB, Redis, MongoDB.</summary>
internal static class DatabaseRules
{
    private const string CorrectPassword = "correct user and password in the service's connection string (services.{service}.environment), or set them on the server";

    public static readonly FailureRule[] PostgreSql =
    [
        new("pg-password", CredentialsRejected, "password-refused",
            "password authentication failed for user {user}", "28P01: {why}",
            "Authentication failed against database server{*}credentials for {user} are not valid", "P1000: {why}")
        {
            Cause = "PostgreSQL rejected the password[ of user {user}]",
            Remedy = CorrectPassword + ": ALTER ROLE {user} PASSWORD '…'",
            Examples =
            [
                "psycopg2.OperationalError: connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  password authentication failed for user \"shop\"",
                "Unhandled exception. Npgsql.PostgresException (0x80004005): 28P01: password authentication failed for user \"shop\"",
                "Error: P1000: Authentication failed against database server at `db`, the provided database credentials for `shop` are not valid.",
            ],
        },
        new("pg-hba", CredentialsRejected, "not-admitted",
            "no pg_hba.conf entry for host {host}, user {user}, database {database}", "no pg_hba.conf entry for host {host}")
        {
            Cause = "PostgreSQL's pg_hba.conf lets nobody in from {host}[ as {user} to {database}]",
            Remedy =
                "add a line for it to pg_hba.conf (host[ {database} {user}] {host}/32 scram-sha-256, or the containers' whole network) "
                + "and reload the server (SELECT pg_reload_conf())",
            Examples = ["FATAL:  no pg_hba.conf entry for host \"172.18.0.5\", user \"shop\", database \"shop\", no encryption"],
        },
        new("pg-role", CredentialsRejected, "unknown-user",
            "FATAL: role {user} does not exist", "28000: role {user} does not exist", "Error: role {user} does not exist")
        {
            Cause = "PostgreSQL has no user {user}",
            Remedy = "create it (CREATE ROLE {user} LOGIN PASSWORD '…'), or correct the user in the connection string",
            Examples = ["psql: error: FATAL:  role \"shop\" does not exist"],
        },
        new("pg-no-password", CredentialsRejected, "no-password",
            "no password supplied", "client password must be a string", "No password has been provided but the backend requires one",
            "empty password returned by client")
        {
            Cause = "PostgreSQL asks for a password and its connection string has none",
            Remedy = "put the password into the connection string (services.{service}.environment)",
            Examples = ["fe_sendauth: no password supplied", "Error: SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string"],
        },
        new("pg-no-user", CredentialsRejected, "unknown-user", "no PostgreSQL user name specified in startup packet")
        {
            Cause = "its connection string names no user",
            Remedy = "put the user into the connection string (services.{service}.environment)",
            Examples = ["error: no PostgreSQL user name specified in startup packet"],
        },
        new("pg-database", DatabaseUnreachable, "unknown-database",
            "database {database} does not exist", "P1003: Database {database} does not exist",
            "The specified database '{database}' does not exist")
        {
            Cause = "the database {database} does not exist on the server it reaches",
            Remedy = "create it (createdb {database}), or correct the name in the connection string",
            Examples =
            [
                "FATAL:  database \"shop_staging\" does not exist",
                "P1003: Database `shop` does not exist on the database server at `db`",
            ],
        },
        new("pg-too-many", DatabaseUnreachable, "too-many-connections",
            "too many clients already", "remaining connection slots are reserved", "too many connections for role",
            "too many connections for database")
        {
            Cause = "PostgreSQL takes no more connections",
            Remedy = "end idle sessions, make the pools smaller, or raise max_connections and restart the server",
            Examples = ["psycopg2.OperationalError: FATAL:  sorry, too many clients already"],
        },
        new("pg-starting", DatabaseUnreachable, "server-starting",
            "the database system is starting up", "the database system is shutting down", "the database system is in recovery mode",
            "the database system is not yet accepting connections")
        {
            Cause = "PostgreSQL is still starting, stopping or in recovery",
            Remedy = "wait until it takes connections (pg_isready), then deploy again",
            NextCommand = "pg_isready[ -h {host}]",
            Examples = ["FATAL:  the database system is starting up"],
        },
        new("pg-ssl", DatabaseUnreachable, "tls",
            "server does not support SSL, but SSL was required", "The server does not support SSL connections",
            "pq: SSL is not enabled on the server")
        {
            Cause = "its connection string asks for TLS, and the PostgreSQL server has none",
            Remedy = "set sslmode=disable (or prefer) in the connection string, or switch ssl on at the server",
            Examples = ["Error: The server does not support SSL connections", "pq: SSL is not enabled on the server"],
        },
        new("pg-data-layout", CrashLoop, "data-version", "in 18+, these Docker images are configured to store database data in a")
        {
            Cause = "since PostgreSQL 18 the image keeps its data in a folder of its version, and the volume is mounted the old way",
            Remedy = "mount the volume at /var/lib/postgresql (services.{service}.volumes) and move the old data with pg_upgrade, or stay at postgres:17",
            Examples = ["Error: in 18+, these Docker images are configured to store database data in a"],
        },
        new("pg-data-version", CrashLoop, "data-version",
            "The data directory was initialized by PostgreSQL version {version}, which is not compatible with this version {wanted}")
        {
            Cause = "its data directory was made by PostgreSQL {version} and the image is {wanted}",
            Remedy = "take image postgres:{version}, or move the data (pg_dumpall with the old version, restore with the new one)",
            Examples =
            [
                "DETAIL:  The data directory was initialized by PostgreSQL version 14, which is not compatible with this version 15.3 (Debian 15.3-1.pgdg120+1).",
            ],
        },
        new("pg-image-password", CrashLoop, "missing-variable", "Database is uninitialized and superuser password is not specified")
        {
            Cause = "the environment variable POSTGRES_PASSWORD is not set, and the data directory is empty",
            Remedy = "set POSTGRES_PASSWORD under services.{service}.environment in the compose file",
            Examples = ["Error: Database is uninitialized and superuser password is not specified."],
        },
        new("pg-extension", CrashLoop, "migration-failed",
            "extension {extension} is not available", "could not open extension control file {path}")
        {
            Cause = "a migration needs the PostgreSQL extension[ {extension}], which is not installed on the server",
            Remedy = "install it on the server, or take a PostgreSQL image that has it",
            Examples = ["ERROR:  extension \"vector\" is not available"],
        },
        new("pg-privilege", CredentialsRejected, "permission-denied",
            "permission denied for schema {name}", "permission denied for table {name}", "permission denied for relation {name}",
            "permission denied for database {name}", "permission denied to create extension {name}", "must be owner of table {name}")
        {
            Cause = "its database user may not do what it tries with {name}",
            Remedy = "give it the right (GRANT … ON {name} TO its user), or let the owner run the migration",
            Examples = ["django.db.utils.ProgrammingError: permission denied for schema public"],
        },
    ];

    public static readonly FailureRule[] MySql =
    [
        new("mysql-database-denied", CredentialsRejected, "permission-denied",
            "Access denied for user {user}@{from} to database {database}")
        {
            Cause = "MySQL lets user {user} not into the database {database}: it does not exist, or the user has no right to it",
            Remedy = "CREATE DATABASE {database}; GRANT ALL ON {database}.* TO '{user}'@'%'; or correct the name in the connection string",
            Examples = ["pymysql.err.OperationalError: (1044, \"Access denied for user 'shop'@'localhost' to database 'nope'\")"],
        },
        new("mysql-password", CredentialsRejected, "password-refused", "Access denied for user {user}@{from}")
        {
            Cause = "MySQL rejected the password of user {user} (from {from})",
            Remedy = CorrectPassword + ": ALTER USER '{user}'@'%' IDENTIFIED BY '…'",
            Examples = ["Error: Access denied for user 'shop'@'172.18.0.4' (using password: YES)"],
        },
        new("mysql-database", DatabaseUnreachable, "unknown-database", "Unknown database {database}")
        {
            Cause = "the database {database} does not exist on the server it reaches",
            Remedy = "create it (CREATE DATABASE {database}), or correct the name in the connection string",
            Examples = ["ERROR 1049 (42000): Unknown database 'shop'"],
        },
        new("mysql-host-not-allowed", CredentialsRejected, "not-admitted",
            "Host {host} is not allowed to connect to this MySQL server", "Host {host} is not allowed to connect to this MariaDB server")
        {
            Cause = "MySQL lets nobody in from {host}",
            Remedy = "create the user for that host: CREATE USER 'name'@'%' IDENTIFIED BY '…'",
            Examples = ["ERROR 1130 (HY000): Host '172.18.0.4' is not allowed to connect to this MySQL server"],
        },
        new("mysql-plugin", CredentialsRejected, "authentication-plugin",
            "Authentication plugin {plugin} cannot be loaded", "Client does not support authentication protocol requested by server",
            "'cryptography' package is required for sha256_password or caching_sha2_password")
        {
            Cause = "its MySQL client does not speak the server's way of authentication[ ({plugin})]",
            Remedy =
                "take a newer client library (mysql2, cryptography beside PyMySQL), or ALTER USER … IDENTIFIED WITH "
                + "mysql_native_password",
            Examples =
            [
                "Error: ER_NOT_SUPPORTED_AUTH_MODE: Client does not support authentication protocol requested by server; consider upgrading MySQL client",
            ],
        },
        new("mysql-name", DatabaseUnreachable, "unknown-host",
            "Unknown MySQL server host {host}", "Unknown server host {host}",
            "Can't connect to MySQL server on '{host}'{*}Name or service not known",
            "Can't connect to MySQL server on '{host}'{*}name resolution")
        {
            Cause = "the host name {host} does not resolve in its container",
            Remedy = ConnectionRules.CorrectHost,
            Examples =
            [
                "ERROR 2005 (HY000): Unknown server host 'mysql-db' (-2)",
                "pymysql.err.OperationalError: (2003, \"Can't connect to MySQL server on 'mysql-db' ([Errno -2] Name or service not known)\")",
            ],
        },
        new("mysql-refused", DatabaseUnreachable, "connection-refused",
            "Can't connect to MySQL server on '{host}:{port}'", "Can't connect to MySQL server on '{host}'",
            "Can't connect to server on '{host}'", "Can't connect to local MySQL server through socket {path}",
            "Can't connect to local server through socket {path}")
        {
            Cause = "MySQL[ at {host}[:{port}]] refuses its connections[ (it looks for the socket {path}: its host is localhost)]",
            Remedy = ConnectionRules.StartServer,
            Examples =
            [
                "pymysql.err.OperationalError: (2003, \"Can't connect to MySQL server on '127.0.0.1' ([Errno 111] Connection refused)\")",
            ],
        },
        new("mysql-link", DatabaseUnreachable, "connection-refused",
            "Communications link failure", "Could not connect to address=(host={host})(port={port})",
            "Socket fail to connect to host:address=(host={host})(port={port})", "Socket fail to connect to {host}")
        {
            Cause = "MySQL[ at {host}[:{port}]] refuses its connections, or does not answer",
            Remedy = ConnectionRules.StartServer,
            Examples = ["com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure"],
        },
        new("mysql-too-many", DatabaseUnreachable, "too-many-connections", "Too many connections", "ER_CON_COUNT_ERROR")
        {
            Cause = "MySQL takes no more connections",
            Remedy = "make the pools smaller, or raise max_connections (SET GLOBAL max_connections = …)",
            Subject = RuleSubject.Database,
            Examples = ["pymysql.err.OperationalError: (1040, 'Too many connections')"],
        },
        new("mysql-tls", DatabaseUnreachable, "tls", "Server does not support secure connection", "HANDSHAKE_NO_SSL_SUPPORT",
            "SSL connection error: SSL is required, but the server does not support it")
        {
            Cause = "its MySQL client wants TLS, and the server has none",
            Remedy = "take ssl out of the connection string (ssl-mode=PREFERRED), or give the server a certificate",
            Examples = ["Error: Server does not support secure connection"],
        },
        new("mysql-host-blocked", DatabaseUnreachable, "host-blocked", "Host {host} is blocked because of many connection errors")
        {
            Cause = "MySQL has blocked {host} after too many broken connections",
            Remedy =
                "mysqladmin flush-hosts on the server (TRUNCATE TABLE performance_schema.host_cache), and see what breaks them: a "
                + "health check by TCP only, or the network",
            Examples = ["ERROR 1129 (HY000): Host '172.18.0.7' is blocked because of many connection errors; unblock with 'mysqladmin flush-hosts'"],
        },
        new("mysql-public-key", CredentialsRejected, "authentication-plugin", "Public Key Retrieval is not allowed")
        {
            Cause = "MySQL wants the password encrypted, and its client neither uses TLS nor may ask for the server's key",
            Remedy = "use TLS (sslMode=REQUIRED), or put allowPublicKeyRetrieval=true into the JDBC address within a network that you trust",
            Examples = ["java.sql.SQLNonTransientConnectionException: Public Key Retrieval is not allowed"],
        },
        new("mysql-image-password", CrashLoop, "missing-variable", "Database is uninitialized and password option is not specified")
        {
            Cause =
                "none of MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD and MYSQL_RANDOM_ROOT_PASSWORD is set, and the data directory "
                + "is empty",
            Remedy = "set MYSQL_ROOT_PASSWORD (MARIADB_ROOT_PASSWORD) under services.{service}.environment in the compose file",
            Examples = ["2024-01-01 00:00:00+00:00 [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified"],
        },
    ];

    public static readonly FailureRule[] RedisAndMongo =
    [
        new("redis-password", CredentialsRejected, "password-refused",
            "WRONGPASS", "invalid username-password pair", "ERR invalid password")
        {
            Cause = "Redis rejected its password",
            Remedy = CorrectPassword + " (requirepass, or ACL SETUSER)",
            Examples =
            [
                "redis.exceptions.AuthenticationError: invalid username-password pair or user is disabled.",
                "[ErrorReply: WRONGPASS invalid username-password pair or user is disabled.]",
            ],
        },
        new("redis-no-password", CredentialsRejected, "no-password",
            "NOAUTH", "redis.exceptions.AuthenticationError: Authentication required",
            "HELLO must be called with the client already authenticated")
        {
            Cause = "Redis asks for a password and its connection string has none",
            Remedy = "put the password into the connection string: redis://:password@host:port/0",
            Examples = ["ReplyError: NOAUTH Authentication required.", "redis.exceptions.AuthenticationError: Authentication required."],
        },
        new("redis-password-not-asked", CredentialsRejected, "password-refused",
            "without any password configured", "user does not require a password, but a password was supplied",
            "ERR Client sent AUTH, but no password is set")
        {
            Cause = "Redis asks for no password and its connection string has one",
            Remedy = "take the password out of the connection string, or set requirepass on the server",
            Examples =
            [
                "redis.exceptions.ResponseError: AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
            ],
        },
        new("redis-configuration", CrashLoop, "configuration", "FATAL CONFIG FILE ERROR")
        {
            Cause = "Redis does not take its configuration: {after}",
            Remedy = "correct that line of the file it is started with, or the argument in services.{service}.command; the lines after it say why",
            Rank = RuleRank.Symptom,
            Examples = ["*** FATAL CONFIG FILE ERROR (Redis 7.2.4) ***"],
        },
        new("redis-permission", CredentialsRejected, "permission-denied", "NOPERM {why}")
        {
            Cause = "its Redis user may not run what it tries: {why}",
            Remedy = "give the user the command and its keys (ACL SETUSER name +@all ~*)",
            Examples = ["redis.exceptions.NoPermissionError: NOPERM this user has no permissions to run the 'ping' command"],
        },
        new("redis-database", DatabaseUnreachable, "unknown-database", "DB index is out of range", "invalid DB index")
        {
            Cause = "Redis has no database of that number",
            Remedy = "take a smaller number in the connection string, or raise 'databases' in redis.conf and restart it",
            Examples = ["redis.exceptions.ResponseError: DB index is out of range"],
        },
        new("redis-protected", CredentialsRejected, "not-admitted", "DENIED Redis is running in protected mode")
        {
            Cause = "Redis is in protected mode and lets only its own host in",
            Remedy = "set a password (requirepass) and bind to the containers' network in redis.conf",
            Examples =
            [
                "redis.exceptions.ResponseError: DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user.",
            ],
        },
        new("redis-disk", DiskFull, "disk-full", "MISCONF Redis is configured to save RDB snapshots")
        {
            Cause = "Redis cannot save to its disk and takes no writes",
            Remedy = "free space where Redis keeps its data, or make the directory writable to it (df -h, CONFIG GET dir)",
            NextCommand = "df -h",
            Certainty = Certainty.Likely,
            Examples =
            [
                "redis.exceptions.ResponseError: MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
            ],
        },
        new("redis-read-only", DatabaseUnreachable, "read-only", "READONLY You can't write against a read only replica")
        {
            Cause = "the Redis it reaches is a read-only replica",
            Remedy = "take the address of the primary in the connection string",
            Examples = ["redis.exceptions.ReadOnlyError: READONLY You can't write against a read only replica."],
        },
        new("redis-loading", DatabaseUnreachable, "server-starting", "LOADING Redis is loading the dataset in memory")
        {
            Cause = "Redis is still loading its data",
            Remedy = "wait until it answers (redis-cli ping), then deploy again",
            Examples = ["redis.exceptions.BusyLoadingError: LOADING Redis is loading the dataset in memory"],
        },
        new("redis-refused", DatabaseUnreachable, "connection-refused",
            "Error 111 connecting to {host}:{port}", "Error 99 connecting to {host}:{port}", "Error 61 connecting to {host}:{port}",
            "UnableToConnect on {host}:{port}", "It was not possible to connect to the redis server",
            "Unable to connect to Redis at {host}:{port}", "RedisConnectionException: Unable to connect to {host}/<unresolved>:{port}",
            "RedisConnectionException: Unable to connect to {host}:{port}")
        {
            Cause = "Redis[ at {host}:{port}] refuses its connections",
            Remedy = ConnectionRules.StartServer,
            Examples =
            [
                "redis.exceptions.ConnectionError: Error 111 connecting to 127.0.0.1:6380. Connection refused.",
                "StackExchange.Redis.RedisConnectionException: It was not possible to connect to the redis server(s). UnableToConnect on cache:6379/Interactive",
            ],
        },
        new("redis-timeout", DatabaseUnreachable, "connection-timeout",
            "Error 110 connecting to {host}:{port}", "Error 113 connecting to {host}:{port}",
            "redis.exceptions.TimeoutError: Timeout connecting to server")
        {
            Cause = "Redis[ at {host}:{port}] does not answer it in time",
            Remedy = ConnectionRules.LetThrough,
            Examples =
            [
                "redis.exceptions.TimeoutError: Timeout connecting to server",
                "redis.exceptions.ConnectionError: Error 113 connecting to 10.0.0.9:6379. No route to host.",
            ],
        },
        new("mongo-password", CredentialsRejected, "password-refused",
            "MongoServerError: Authentication failed", "pymongo.errors.OperationFailure: Authentication failed",
            "MongoError: Authentication failed", "AuthenticationFailed: {why}", "Exception authenticating MongoCredential",
            "UserNotFound: Could not find user {user}")
        {
            Cause = "MongoDB rejected its user or password",
            Remedy = CorrectPassword + " (authSource names the database that keeps the user, mostly admin)",
            Examples =
            [
                "MongoServerError: Authentication failed.",
                "pymongo.errors.OperationFailure: Authentication failed., full error: {'ok': 0.0, 'code': 18}",
            ],
        },
        new("mongo-no-password", CredentialsRejected, "no-password", "command {command} requires authentication")
        {
            Cause = "MongoDB asks for user and password and its connection string has none",
            Remedy = "put them into the connection string: mongodb://user:password@host:27017/db?authSource=admin",
            Examples = ["MongoServerError: command find requires authentication"],
        },
        new("mongo-name", DatabaseUnreachable, "unknown-host",
            "ServerSelectionTimeoutError: {host}:{port}: [Errno -2]", "ServerSelectionTimeoutError: {host}:{port}: [Errno -3]",
            "first connect [Error: getaddrinfo ENOTFOUND {host}", "first connect [Error: getaddrinfo EAI_AGAIN {host}")
        {
            Cause = "the host name {host} does not resolve in its container",
            Remedy = ConnectionRules.CorrectHost,
            Examples = ["pymongo.errors.ServerSelectionTimeoutError: mongo:27017: [Errno -2] Name or service not known, Timeout: 30s"],
        },
        new("mongo-refused", DatabaseUnreachable, "connection-refused",
            "ServerSelectionTimeoutError: {host}:{port}: [Errno 111]", "failed to connect to server [{host}:{port}]",
            "server selection error: {why}", "Timed out after {*} while waiting for a server that matches")
        {
            Cause = "MongoDB[ at {host}:{port}] refuses its connections",
            Remedy = ConnectionRules.StartServer,
            Examples =
            [
                "pymongo.errors.ServerSelectionTimeoutError: mongo:27017: [Errno 111] Connection refused, Timeout: 30s",
                "server selection error: context deadline exceeded, current topology: { Type: Unknown, Servers: [] }",
            ],
        },
        new("mongo-no-address", CrashLoop, "missing-variable",
            "The `uri` parameter to `openUri()` must be a string, got \"undefined\"", "The `uri` parameter to `openUri()` must be a string")
        {
            Cause = "the variable that should hold its MongoDB address is not set",
            Remedy = "set it under services.{service}.environment in the compose file",
            Examples = ["MongooseError: The `uri` parameter to `openUri()` must be a string, got \"undefined\"."],
        },
        new("mongo-data-version", CrashLoop, "data-version",
            "too recent to start up on the existing data files", "Wrong mongod version",
            "UPGRADE PROBLEM: Found an invalid featureCompatibilityVersion")
        {
            Cause = "its data files were made by another MongoDB version than the image's",
            Remedy = "take the image of the version that wrote the data, and upgrade one major version at a time",
            Examples =
            [
                "{\"msg\":\"This version of MongoDB is too recent to start up on the existing data files. Try MongoDB 4.2 or earlier.\"}",
            ],
        },
    ];
}
