namespace PhasedRollout.Demo;

/// <summary>What <c>./build.sh Demo</c> is asked to do.</summary>
/// <param name="RootDirectory">The clone; its <c>phases/compose.yml</c> is what the demo deploys, its <c>reports/</c> takes the reports.</param>
/// <param name="WorkDirectory">Everything else of the demo is kept here, normally <c>.nuke/temp/demo</c>.</param>
/// <param name="BuildAssembly">The build to start as the child: <c>dotnet</c> takes it as its first argument.</param>
/// <param name="Break">The failure to provoke, one of <see cref="Breakage.Names"/>; null for the good rollout.</param>
/// <param name="NoInstall">Never fetch what this machine lacks.</param>
/// <param name="ForwardedArguments">Further arguments for the child, such as <c>--min-healthy-time 5s</c>.</param>
public sealed record DemoOptions(
    string RootDirectory,
    string WorkDirectory,
    string BuildAssembly,
    string? Break,
    bool NoInstall,
    IReadOnlyList<string> ForwardedArguments);
