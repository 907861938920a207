using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>A package that an install compiles, since its index has no build of it for Linux.</summary>
/// <param name="Name">Its name in lower case.</param>
/// <param name="Library">What an image or a command says that has the headers it needs; null when it needs none but the language's.</param>
/// <param name="Headers">The package of Debian with those headers; null without.</param>
/// <param name="IsInFull">True when the full images of Docker Hub have those headers.</param>
internal sealed record CompiledPackage(string Name, Regex? Library = null, string? Headers = null, bool IsInFull = true);

/// <summary>Those that projects use. Only what has had no wheel or prebuilt binary for Linux in any version.</summary>
internal static partial class CompiledPackages
{
    /// <summary>Of PyPI.</summary>
    public static IReadOnlyDictionary<string, CompiledPackage> OfPython { get; } = new CompiledPackage[]
    {
        new("psycopg2", Postgres(), "libpq-dev"),
        new("psycopg-c", Postgres(), "libpq-dev"),
        new("mysqlclient", MySql(), "default-libmysqlclient-dev pkg-config"),
        new("uwsgi"),
        new("pycrypto"),
        new("netifaces"),
        new("python-ldap", Ldap(), "libldap2-dev libsasl2-dev", IsInFull: false),
        new("pygraphviz", Graphviz(), "graphviz libgraphviz-dev", IsInFull: false),
        new("pyaudio", PortAudio(), "portaudio19-dev", IsInFull: false),
        new("pylibmc", Memcached(), "libmemcached-dev", IsInFull: false),
        new("pycups", Cups(), "libcups2-dev", IsInFull: false),
        new("pyicu", Icu(), "libicu-dev pkg-config"),
        new("bjoern", LibEv(), "libev-dev", IsInFull: false),
        new("sasl", Ldap(), "libsasl2-dev", IsInFull: false),
        new("fasttext"),
        new("hnswlib"),
        new("insightface"),
        new("systemd-python", Systemd(), "libsystemd-dev pkg-config", IsInFull: false),
    }.ToDictionary(package => package.Name, StringComparer.Ordinal);

    /// <summary>Of npm: what node-gyp builds, which needs python3, make and a compiler.</summary>
    public static IReadOnlySet<string> OfNode { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "node-pty", "pg-native", "libpq", "iconv", "node-expat", "grpc", "robotjs", "deasync", "fibers", "heapdump", "i2c-bus", "raw-socket", "unix-dgram", "memcpy", "farmhash",
    };

    [GeneratedRegex("libpq|postgres", RegexOptions.IgnoreCase)]
    private static partial Regex Postgres();

    [GeneratedRegex("mysql|mariadb", RegexOptions.IgnoreCase)]
    private static partial Regex MySql();

    [GeneratedRegex("ldap|sasl", RegexOptions.IgnoreCase)]
    private static partial Regex Ldap();

    [GeneratedRegex("graphviz", RegexOptions.IgnoreCase)]
    private static partial Regex Graphviz();

    [GeneratedRegex("portaudio", RegexOptions.IgnoreCase)]
    private static partial Regex PortAudio();

    [GeneratedRegex("memcached", RegexOptions.IgnoreCase)]
    private static partial Regex Memcached();

    [GeneratedRegex("cups", RegexOptions.IgnoreCase)]
    private static partial Regex Cups();

    [GeneratedRegex("icu", RegexOptions.IgnoreCase)]
    private static partial Regex Icu();

    [GeneratedRegex("libev", RegexOptions.IgnoreCase)]
    private static partial Regex LibEv();

    [GeneratedRegex("systemd", RegexOptions.IgnoreCase)]
    private static partial Regex Systemd();
}
