namespace PhasedRollout.Deployment;

/// <summary>The labels by which this project knows again what it deployed; no value is ever a secret.</summary>
public static class RolloutLabels
{
    /// <summary>What all of them begin with.</summary>
    public const string Prefix = "phased-rollout.";

    /// <summary>The project; on every container, network and volume that was made here. Not on images: whoever runs one would inherit it.</summary>
    public const string Project = "phased-rollout.project";

    /// <summary>The id of the run that made it.</summary>
    public const string Run = "phased-rollout.run";

    /// <summary>The number of the phase.</summary>
    public const string Phase = "phased-rollout.phase";

    /// <summary>The service.</summary>
    public const string Service = "phased-rollout.service";

    /// <summary>The number of the change that made the container, under which what was before it is kept; absent where nothing was.</summary>
    public const string Change = "phased-rollout.change";

    /// <summary>The commit that the image was built from.</summary>
    public const string Commit = "phased-rollout.commit";

    /// <summary>The id of the context's tree.</summary>
    public const string Tree = "phased-rollout.tree";

    /// <summary>The hash of everything that decides the container.</summary>
    public const string ConfigHash = "phased-rollout.config-hash";

    /// <summary>The id of the image that the container was made from.</summary>
    public const string Image = "phased-rollout.image";

    /// <summary>The digest that the image's registry gave for its tag.</summary>
    public const string Digest = "phased-rollout.digest";

    /// <summary>On an image: the project that it was built for.</summary>
    public const string BuiltFor = "phased-rollout.built-for";

    /// <summary>On an image: the fingerprint of what it was built from.</summary>
    public const string Fingerprint = "phased-rollout.fingerprint";

    /// <summary>On an external network that was created because it was missing: the project's teardown leaves it.</summary>
    public const string CreatedNetwork = "phased-rollout.created-network";
}

/// <summary>Docker Compose's own labels, as <c>pkg/api/labels.go</c> of docker/compose names them; with them
/// <c>docker compose ps</c>, <c>logs</c> and <c>down</c> know what was deployed.</summary>
public static class ComposeLabels
{
    /// <summary>The project.</summary>
    public const string Project = "com.docker.compose.project";

    /// <summary>The service.</summary>
    public const string Service = "com.docker.compose.service";

    /// <summary>The number of the container among those of its service, from 1.</summary>
    public const string ContainerNumber = "com.docker.compose.container-number";

    /// <summary><c>True</c> for the container of a <c>docker compose run</c>.</summary>
    public const string OneOff = "com.docker.compose.oneoff";

    /// <summary>Compose's hash of the service.</summary>
    public const string ConfigHash = "com.docker.compose.config-hash";

    /// <summary>The compose files, separated by commas.</summary>
    public const string ConfigFiles = "com.docker.compose.project.config_files";

    /// <summary>The folder that relative paths are relative to.</summary>
    public const string WorkingDirectory = "com.docker.compose.project.working_dir";

    /// <summary>The version of Compose.</summary>
    public const string Version = "com.docker.compose.version";

    /// <summary>The id of the image.</summary>
    public const string Image = "com.docker.compose.image";

    /// <summary>The key of a network.</summary>
    public const string Network = "com.docker.compose.network";

    /// <summary>The key of a volume.</summary>
    public const string Volume = "com.docker.compose.volume";
}
