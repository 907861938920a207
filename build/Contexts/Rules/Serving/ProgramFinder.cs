using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Shells;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>Whether a program is in an image.</summary>
internal enum Presence
{
    /// <summary>It is, or nothing speaks against it.</summary>
    Unknown,
    /// <summary>The base image has none, and nothing in the file says that it is added; something that it installs may bring it.</summary>
    Unlikely,
    /// <summary>The base image has none, and nothing is added that could bring it.</summary>
    Absent,
}

/// <summary>Looks for <c>curl</c>, <c>wget</c> and shells in an image, as far as its Dockerfile and what is known of official images tell.</summary>
internal static class ProgramFinder
{
    private static readonly HashSet<string> Installers = ["apt-get", "apt", "apk", "yum", "dnf", "microdnf", "tdnf", "zypper", "aptitude"];

    // Programs that bring no others, however they are called.
    private static readonly HashSet<string> Harmless =
    [
        "pip", "pip3", "pipenv", "poetry", "uv", "npm", "yarn", "pnpm", "corepack", "dotnet", "bundle", "gem", "go", "cargo", "composer", "mvn", "gradle", "python", "python3",
        "mkdir", "chmod", "chown", "chgrp", "useradd", "groupadd", "adduser", "addgroup", "usermod", "rm", "echo", "printf", "cd", "touch", "true", "test", "[", "set", "export",
        "ls", "cat", "grep", "find", "sed", "env", "id", "date", "tsc", "next", "vite", "node", "ruby", "rake", "rails",
    ];

    private static readonly string[] PackageFolders = ["venv/bin", "env/bin", "node_modules/.bin", ".local/bin"];

    private static readonly string[] ProgramFolders = ["/", "/bin", "/sbin", "/usr", "/usr/bin", "/usr/sbin", "/usr/local", "/usr/local/bin", "/usr/local/sbin", "/busybox"];

    /// <summary>Looks for <paramref name="program"/> in the image that <paramref name="stage"/> becomes.</summary>
    public static Presence Look(Stage stage, string program)
    {
        if (IsIn(BaseImage.Of(stage.BaseImage), program) is not false)
            return Presence.Unknown;

        var presence = Presence.Absent;
        var path = PathOf(stage);
        for (var part = stage; part is not null; part = part.Parent)
        {
            if (part.IsReplaced)
                return Presence.Unknown;

            foreach (var instruction in part.Instructions)
            {
                var seen = Look(instruction, program, path);
                if (seen == Presence.Unknown)
                    return Presence.Unknown;
                if (seen == Presence.Unlikely)
                    presence = Presence.Unlikely;
            }
        }

        return presence;
    }

    /// <summary>True, false, or null when it is not known whether an image has a program of its own.</summary>
    public static bool? IsIn(BaseImage? image, string program)
    {
        if (image is not null && DatabaseClients.IsIn(image, program) is { } known)
            return known;

        var isClient = program is "curl" or "wget";
        var isShell = program is "sh" or "bash" or "ash";
        if (image is null || !(isClient || isShell))
            return image?.Repository == "scratch" ? false : null;

        var tag = image.Tag;
        if (image.Repository == "scratch")
            return false;
        if (image.Repository.StartsWith("gcr.io/distroless/", StringComparison.Ordinal))
            return tag.Contains("debug", StringComparison.Ordinal) ? null : false;
        if (image.IsMicrosoft)
        {
            if (tag.Contains("chiseled", StringComparison.Ordinal) || tag.Contains("distroless", StringComparison.Ordinal))
                return false;
            if (tag.Contains("azurelinux", StringComparison.Ordinal) || tag.Contains("mariner", StringComparison.Ordinal) || image.Repository.EndsWith("/sdk", StringComparison.Ordinal))
                return null;

            return isShell ? null : tag.Contains("alpine", StringComparison.Ordinal) ? program == "wget" : false;
        }

        if (isShell)
            return null;

        return image.Repository switch
        {
            "postgres" or "redis" or "valkey/valkey" or "memcached" or "rabbitmq" or "nats" or "haproxy" or "httpd" =>
                tag.Contains("alpine", StringComparison.Ordinal) ? program == "wget" ? null : false : image.Repository == "nats" ? null : false,
            "mongo" or "mariadb" or "qdrant/qdrant" or "ollama/ollama" or "pgvector/pgvector" or "otel/opentelemetry-collector" or "otel/opentelemetry-collector-contrib" => false,
            "quay.io/keycloak/keycloak" when image.Major is 0 or >= 22 => false,
            "prom/prometheus" or "prom/alertmanager" or "prom/node-exporter" or "prom/blackbox-exporter" or "traefik" or "caddy" => program == "curl" ? false : null,
            "alpine" or "busybox" => program == "wget",
            "debian" or "ubuntu" => false,
            "python" or "node" or "ruby" => tag.Contains("alpine", StringComparison.Ordinal) ? program == "wget"
                : tag.Contains("slim", StringComparison.Ordinal) ? false
                : true,
            "golang" => tag.Contains("alpine", StringComparison.Ordinal) ? program == "wget" : true,
            _ => null,
        };
    }

    /// <summary>Whether an instruction brings <paramref name="program"/>, a program or the package that has it.</summary>
    public static Presence Look(EvaluatedInstruction instruction, string program, string? path = null)
    {
        var written = instruction.Instruction;
        switch (written.Keyword)
        {
            case "COPY" or "ADD":
                if (written.Text.Contains(program, StringComparison.Ordinal) || written.Heredocs.Count > 0)
                    return Presence.Unknown;

                // Files with an extension, put beside each other at the root, are no programs of a path.
                if (instruction.Arguments is [.., "/"] && written.Flag("from") is null && instruction.Arguments.SkipLast(1).All(Path.HasExtension))
                    return Presence.Unlikely;

                return instruction.Arguments is [.., { } target] && (target.StartsWith('/') || instruction.WorkingDirectory is not null)
                    ? OfFolder(StageFiles.Join(instruction.WorkingDirectory ?? "/", target), path)
                    : Presence.Unlikely;
            case "RUN":
                var texts = written.Texts.ToList();
                if (texts.Any(text => text.Contains(program, StringComparison.Ordinal)))
                    return Presence.Unknown;
                // What a list in a file or a variable names is not known.
                if (written.IsJson || written.Heredocs.Count > 0 || texts.Any(text => text.Contains("xargs", StringComparison.Ordinal)))
                    return Presence.Unlikely;

                return ShellText.OfRun(instruction) is { Count: > 0 } commands && commands.All(IsHarmless) ? Presence.Absent : Presence.Unlikely;
            default:
                return Presence.Absent;
        }
    }

    /// <summary>What the stages up to <paramref name="stage"/> write into PATH, separated by colons.</summary>
    public static string PathOf(Stage? stage)
    {
        var path = "";
        for (var part = stage; part is not null; part = part.Parent)
            foreach (var pair in part.Instructions.Where(it => it.Instruction.Keyword == "ENV").SelectMany(it => it.Instruction.Pairs).Where(pair => pair.Name == "PATH"))
                path += $":{pair.Value?.Trim('"', '\'')}";
        return path;
    }

    // Whoever names a folder in PATH puts programs there; those of a project's packages are no system's.
    private static Presence OfFolder(string folder, string? path) => ProgramFolders.Contains(folder.Length > 1 ? folder.TrimEnd('/') : folder) ? Presence.Unknown
        : (path ?? "").Split(':').Any(it => it.StartsWith('/') && !ProgramFolders.Contains(it)
            && !PackageFolders.Any(name => it.EndsWith(name, StringComparison.Ordinal)) && $"{it}/".StartsWith($"{folder.TrimEnd('/')}/", StringComparison.Ordinal)) ? Presence.Unlikely
        : Presence.Absent;

    /// <summary>True for a command that brings no other programs.</summary>
    public static bool IsHarmless(ShellCommand command)
    {
        var program = command.Words.FirstOrDefault(word => word is null || !word.Contains('=', StringComparison.Ordinal));
        var name = program?[(program.LastIndexOf('/') + 1)..];
        // "apt-get update" alone installs nothing.
        return name is not null && (Harmless.Contains(name) || (Installers.Contains(name) && command.Words is [_, "update" or "clean" or "autoremove", ..]));
    }
}
