using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Contexts.Rules.Node;
using PhasedRollout.Contexts.Rules.Programs;
using PhasedRollout.Contexts.Rules.Secrets;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Contexts.Rules.Toolchains;
using PhasedRollout.Contexts.Rules.Wiring;

namespace PhasedRollout.Contexts.Rules;

/// <summary>The rules that a verification applies beside those of the context itself. Their ids are in <see cref="RuleCatalog"/>.</summary>
/// <param name="OfServices">Rules about one service each.</param>
/// <param name="OfTheFile">Rules about the compose file alone.</param>
public sealed record RuleSet(IReadOnlyList<IServiceRule> OfServices, IReadOnlyList<IRolloutRule> OfTheFile)
{
    /// <summary>Every rule that needs nothing but the compose file and the repositories.</summary>
    public static RuleSet Default { get; } = new(
        [
            new ServingRules(),
            new ProbeProgramRules(),
            new StartedProgramRule(),
            new StartedToolRule(),
            new ProbeTimeRules(GateTimes.Default),
            new MissingProbeRules(),
            new ImageSecretRules(),
            new VolumeOwnerRules(),
            new PostgresDataRules(),
            new DockerfileSyntaxRule(),
            new TwoDockerfilesRule(),
            new TargetRule(),
            new CopySourceRules(),
            new StageSourceRule(),
            new StandaloneOutputRule(),
            new AdditionalContextRule(),
            new NeededArgumentRule(),
            new PassedArgumentRule(),
            new SecretMountRule(),
            new LockFileRule(),
            new LockStepRule(),
            new ToolchainRule(),
            new EntrypointRules(),
            new NodeScriptRule(),
            new NodeInstallRule(),
            new DevelopmentDependencyRule(),
            new RunFileRule(),
            new PackageCommandRules(),
            new UserCommandRule(),
            new ArchivedReleaseRule(),
            new MissingProgramRule(),
            new ShellDialectRule(),
            new ExecutedScriptRule(),
            new CompiledPackageRule(),
            new StartedFileRule(),
            new PhpExtensionRule(),
            new RemovedPackageRule(),
            new ManagedPythonRule(),
            new PoetryRule(),
            new PackageManagerRule(),
            new BundlerLockRule(),
            new JavaRuntimeRule(),
            new DatabaseOptionRules(),
            new PhpHeadersRule(),
            new ProxyHostRule(),
            new SolutionRule(),
            new SubmoduleRule(),
            new LargeFileRule(),
        ],
        [
            new PortRules(),
            new ReservedPortRules(),
            new DependencyRules(),
            new HostRules(),
            new CredentialRules(),
            new DatabaseOrderRules(),
            new FirstStartRules(),
            new VariableRules(),
            new NetworkRules(),
            new MountRules(),
            new SecretRules(),
            new PinningRules(),
            new OwnerRules(),
        ]);

    /// <summary>These rules, with the gate's own times.</summary>
    public RuleSet Within(GateTimes times) => this with { OfServices = [.. OfServices.Select(rule => rule is ProbeTimeRules ? new ProbeTimeRules(times) : rule)] };

    /// <summary>These rules and some that ask somebody else, such as a registry.</summary>
    public RuleSet With(params IEnumerable<IServiceRule> rules) => this with { OfServices = [.. OfServices, .. rules] };
}
