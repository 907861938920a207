using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>The target in which a rule looks.</summary>
public enum RuleStation
{
    /// <summary>Reads the compose file and the repositories.</summary>
    VerifyContexts,
    /// <summary>Looks at the place to deploy to.</summary>
    Preflight,
}

/// <summary>What is known of a rule without running it. Its page of documentation is <c>docs/rules/{Id}.md</c>.</summary>
/// <param name="Id">Its id, such as <c>VC301</c>.</param>
/// <param name="Failure">The kind of failure that it predicts; where it predicts several, the most frequent.</param>
/// <param name="Station">Where it looks.</param>
/// <param name="Title">What it holds to be right, in one line; the heading of its page.</param>
public sealed record RuleDescription(string Id, FailureClass Failure, RuleStation Station, string Title);

/// <summary>Every rule there is, by id. Whoever adds a rule adds a line here, a page in <c>docs/rules</c> and two cases in <c>tests/Contexts/corpus</c>.</summary>
public static class RuleCatalog
{
    /// <summary>The rules in the order of their ids.</summary>
    public static IReadOnlyList<RuleDescription> All { get; } =
    [
        // The context is a folder of a commit that we may read.
        new("VC100", FailureClass.GitHubUnavailable, RuleStation.VerifyContexts, "GitHub lets us look the context up"),
        new("VC101", FailureClass.BuildContextNotFound, RuleStation.VerifyContexts, "The context is a URL that builders take"),
        new("VC102", FailureClass.BuildContextNotFound, RuleStation.VerifyContexts, "The repository exists and may be read"),
        new("VC103", FailureClass.BuildContextNotFound, RuleStation.VerifyContexts, "The ref is one branch, tag or commit"),
        new("VC104", FailureClass.BuildContextNotFound, RuleStation.VerifyContexts, "A commit is named by its full id"),
        new("VC105", FailureClass.BuildContextNotFound, RuleStation.VerifyContexts, "The folder exists at the resolved commit"),
        new("VC106", FailureClass.BuildContextNotFound, RuleStation.VerifyContexts, "The path is a folder: no file, link or submodule"),
        new("VC107", FailureClass.BuildContextNotFound, RuleStation.VerifyContexts, "GitHub gives the part of the tree that is needed"),
        new("VC108", FailureClass.BuildFailure, RuleStation.VerifyContexts, "What is built holds no submodule"),
        new("VC109", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Files are there as such, not as pointers of Git LFS"),
        new("VC110", FailureClass.BuildContextNotFound, RuleStation.VerifyContexts, "The repository still has its name and is looked after"),
        new("VC111", FailureClass.BuildFailure, RuleStation.VerifyContexts, "What a Dockerfile copies lies within the context"),
        new("VC112", FailureClass.BuildContextNotFound, RuleStation.VerifyContexts, "A folder of this machine is what is committed and pushed"),

        // The Dockerfile and what it copies.
        new("VC200", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Builders can read the Dockerfile"),
        new("VC201", FailureClass.DockerfileMissing, RuleStation.VerifyContexts, "The Dockerfile is where the compose file says"),
        new("VC202", FailureClass.BuildFailure, RuleStation.VerifyContexts, "There is one Dockerfile, not two"),
        new("VC203", FailureClass.BuildFailure, RuleStation.VerifyContexts, "The target is a stage of the Dockerfile"),
        new("VC204", FailureClass.BuildFailure, RuleStation.VerifyContexts, "What the Dockerfile copies is in the context"),
        new("VC205", FailureClass.BuildFailure, RuleStation.VerifyContexts, "What the Dockerfile copies is not kept out by the ignore file"),
        new("VC206", FailureClass.BuildFailure, RuleStation.VerifyContexts, "No Dockerfile copies git's own folder"),
        new("VC207", FailureClass.BuildFailure, RuleStation.VerifyContexts, "What is copied from another stage exists"),
        new("VC208", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Additional contexts name what exists"),
        new("VC209", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Arguments that a build needs have values"),
        new("VC210", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Arguments that are passed are declared"),
        new("VC211", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Secrets and ssh agents that a build mounts are given"),
        new("VC212", FailureClass.BuildFailure, RuleStation.Preflight, "The target's builder can build the Dockerfile"),
        new("VC213", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Lock files and lists of packages are in the context"),
        new("VC214", FailureClass.Unhealthy, RuleStation.VerifyContexts, "The script that a container starts may be executed"),
        new("VC215", FailureClass.Unhealthy, RuleStation.VerifyContexts, "The script that a container starts has a first line that works"),
        new("VC216", FailureClass.ImageUnavailable, RuleStation.VerifyContexts, "Images are in their registries, for the target's processor"),
        new("VC217", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Package managers ask nothing during a build"),
        new("VC218", FailureClass.BuildFailure, RuleStation.VerifyContexts, "A download that fails ends the build"),
        new("VC219", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Pinned packages exist in their index"),
        new("VC220", FailureClass.BuildFailure, RuleStation.VerifyContexts, "A script that npm, yarn or pnpm runs is in package.json"),
        new("VC221", FailureClass.BuildFailure, RuleStation.VerifyContexts, "What an install runs and links by itself is copied before it"),
        new("VC222", FailureClass.BuildFailure, RuleStation.VerifyContexts, "A build has the packages for development that it runs"),
        new("VC223", FailureClass.BuildFailure, RuleStation.VerifyContexts, "A file that a RUN executes or changes has been copied"),
        new("VC224", FailureClass.BuildFailure, RuleStation.VerifyContexts, "The base image has the language version that the project wants"),
        new("VC225", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Lock files say what the manifest beside them says"),
        new("VC226", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Users are added by a program that the image has"),
        new("VC227", FailureClass.BuildFailure, RuleStation.VerifyContexts, "The packages of the base image's release are still where it looks"),
        new("VC228", FailureClass.BuildFailure, RuleStation.VerifyContexts, "A program that a RUN calls is in the image"),
        new("VC229", FailureClass.BuildFailure, RuleStation.VerifyContexts, "What /bin/sh reads is not written for bash"),
        new("VC230", FailureClass.BuildFailure, RuleStation.VerifyContexts, "A script that a RUN executes may be executed and has what it reads"),
        new("VC231", FailureClass.BuildFailure, RuleStation.VerifyContexts, "What an install compiles finds a compiler and headers"),
        new("VC232", FailureClass.BuildFailure, RuleStation.VerifyContexts, "The extensions of PHP that composer wants are in the image"),
        new("VC233", FailureClass.BuildFailure, RuleStation.VerifyContexts, "A solution of .NET finds all of its projects"),
        new("VC234", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Packages that are installed are in the base image's release"),
        new("VC235", FailureClass.BuildFailure, RuleStation.VerifyContexts, "pip installs into a Python that it may change"),
        new("VC236", FailureClass.CrashLoop, RuleStation.VerifyContexts, "The Java that starts a program is as new as its classes"),
        new("VC237", FailureClass.BuildFailure, RuleStation.VerifyContexts, "What is asked of Poetry is what the installed one takes"),
        new("VC238", FailureClass.BuildFailure, RuleStation.VerifyContexts, "The package manager of Node goes with the image and the project"),
        new("VC239", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Gemfile.lock is for the container's system and Ruby"),
        new("VC240", FailureClass.BuildFailure, RuleStation.VerifyContexts, "Extensions of PHP that are compiled find their headers"),

        // Ports.
        new("VC301", FailureClass.WrongPort, RuleStation.VerifyContexts, "The published port is one that the image listens on"),
        new("VC302", FailureClass.PortConflict, RuleStation.VerifyContexts, "No host port is published twice"),
        new("VC303", FailureClass.PortConflict, RuleStation.Preflight, "The host ports are free on the target"),
        new("VC304", FailureClass.PortConflict, RuleStation.Preflight, "The engine may take the host ports, and nobody else does by chance"),
        new("VC305", FailureClass.PortConflict, RuleStation.VerifyContexts, "No service takes the ports of Traefik and Dokploy"),

        // Health checks.
        new("VC401", FailureClass.Unhealthy, RuleStation.VerifyContexts, "The program of the health check is in the image"),
        new("VC402", FailureClass.WrongPort, RuleStation.VerifyContexts, "The health check asks the port that the image listens on"),
        new("VC403", FailureClass.Unhealthy, RuleStation.VerifyContexts, "The health check can succeed before the gate gives up"),
        new("VC404", FailureClass.Unhealthy, RuleStation.VerifyContexts, "A service says how to see that it is healthy"),
        new("VC405", FailureClass.DependencyOrder, RuleStation.VerifyContexts, "What others wait for to be healthy has a health check"),
        new("VC406", FailureClass.Unhealthy, RuleStation.VerifyContexts, "The program that a container starts is installed"),
        new("VC407", FailureClass.CrashLoop, RuleStation.VerifyContexts, "The file that a container starts with is in its image"),

        // Databases and variables.
        new("VC501", FailureClass.DatabaseUnreachable, RuleStation.VerifyContexts, "The host of a connection string is known"),
        new("VC502", FailureClass.DatabaseUnreachable, RuleStation.VerifyContexts, "No connection string points to the container itself"),
        new("VC503", FailureClass.DatabaseUnreachable, RuleStation.VerifyContexts, "A service and its database share a network"),
        new("VC504", FailureClass.DatabaseUnreachable, RuleStation.VerifyContexts, "Connection strings name the port in the container"),
        new("VC505", FailureClass.CredentialsRejected, RuleStation.VerifyContexts, "Connection strings and databases agree on user, password and name"),
        new("VC506", FailureClass.DatabaseUnreachable, RuleStation.Preflight, "A database can read the data in its volume"),
        new("VC507", FailureClass.DatabaseUnreachable, RuleStation.VerifyContexts, "A dependency on a database waits until it answers"),
        new("VC508", FailureClass.InvalidCompose, RuleStation.VerifyContexts, "Every variable that the file needs has a value"),
        new("VC509", FailureClass.CrashLoop, RuleStation.VerifyContexts, "PostgreSQL's data are mounted where its image keeps them"),
        new("VC510", FailureClass.CrashLoop, RuleStation.VerifyContexts, "A database has the variables that its first start takes"),
        new("VC511", FailureClass.CrashLoop, RuleStation.VerifyContexts, "A database takes the options that it is started with"),
        new("VC512", FailureClass.CrashLoop, RuleStation.VerifyContexts, "Hosts in the configuration of nginx are services"),

        // Networks and volumes.
        new("VC601", FailureClass.NetworkMissing, RuleStation.Preflight, "External networks and volumes exist and fit"),
        new("VC602", FailureClass.NetworkMissing, RuleStation.VerifyContexts, "A network that is declared is used"),
        new("VC603", FailureClass.NetworkMissing, RuleStation.Preflight, "Networks have addresses of their own"),
        new("VC604", FailureClass.NetworkMissing, RuleStation.VerifyContexts, "Networks of other services are there, and names on them are unique"),

        // Order and resources.
        new("VC701", FailureClass.DependencyOrder, RuleStation.VerifyContexts, "Dependencies exist, come no later and form no circle"),
        new("VC702", FailureClass.Unhealthy, RuleStation.VerifyContexts, "Host paths do not depend on the folder of the compose file"),
        new("VC703", FailureClass.Unhealthy, RuleStation.VerifyContexts, "A user that is not root can write to its volumes"),
        new("VC704", FailureClass.DiskFull, RuleStation.Preflight, "The target has the disk, memory and processors that are needed"),

        // Secrets and provenance.
        new("VC801", FailureClass.SecretExposed, RuleStation.VerifyContexts, "No secret is written into the compose file or an image"),
        new("VC802", FailureClass.ImageUnavailable, RuleStation.VerifyContexts, "What is named today is the same tomorrow"),
        new("VC803", FailureClass.SecretExposed, RuleStation.VerifyContexts, "Contexts come from allowed owners over a protocol that proves it"),

        // The place to deploy to.
        new("VC901", FailureClass.EngineUnreachable, RuleStation.Preflight, "An engine answers and is new enough"),
        new("VC902", FailureClass.ImageUnavailable, RuleStation.Preflight, "Every pre-built image is there or to be had"),
        new("VC903", FailureClass.DatabaseUnreachable, RuleStation.Preflight, "Every database and cache answers"),
        new("VC904", FailureClass.InvalidCompose, RuleStation.Preflight, "Every key of the file can be honoured"),
        new("VC905", FailureClass.BuildContextNotFound, RuleStation.Preflight, "Every context was verified"),
        new("VC906", FailureClass.Unknown, RuleStation.Preflight, "The container names are free"),
    ];

    /// <summary>The rule called <paramref name="id"/> in any letter case; null when there is none.</summary>
    public static RuleDescription? Find(string id) => All.FirstOrDefault(rule => rule.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The id that somebody who wrote <paramref name="id"/> most likely meant, or null.</summary>
    public static string? Nearest(string id) => NearestName.Of(id.Trim().ToUpperInvariant(), All.Select(rule => rule.Id));
}
