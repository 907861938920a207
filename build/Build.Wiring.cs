using System.Runtime.InteropServices;
using Nuke.Common.IO;
using PhasedRollout.Compose;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Git;
using PhasedRollout.Contexts.GitHub;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Registries;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Docker;
using PhasedRollout.Deployment.Journal;
using PhasedRollout.Deployment.Locking;
using PhasedRollout.Deployment.Previews;
using PhasedRollout.Health;
using PhasedRollout.Health.Databases;
using PhasedRollout.Health.Docker;
using PhasedRollout.Health.Http;
using PhasedRollout.Reports;
using PhasedRollout.Reports.Hosts;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs;
using PhasedRollout.Runs.Terminal;
using Serilog;

/// <summary>The only file that says "new": clock, cancellation, clients, engines.</summary>
partial class Build
{
    readonly Redactor redactor = new();
    readonly StopSignal stop = new();
    RolloutRun? run;
    LiveProgress? live;

    /// <summary>Cancelled by Ctrl+C, SIGTERM and SIGHUP.</summary>
    CancellationToken Stop => stop.Token;

    RolloutRun Run => run ??= Connect();

    /// <summary>Runs a station; wrong input makes the build end with exit code 2.</summary>
    async Task Station(Func<RolloutRun, Task> station)
    {
        try
        {
            await station(Run);
        }
        catch (Exception exception)
        {
            if (exception is InvalidInputException or StationFailedException { IsWrongInput: true })
                ExitCode = 2;

            // The graph shows a failure itself, and knows no secret of the compose file.
            var text = exception.ToString();
            if (redactor.Redact(text) != text)
                throw new RedactedException(redactor.Redact(exception.Message));
            throw;
        }
    }

    int LastPhase =>
        IsToRun(nameof(Deploy)) ? int.MaxValue
        : IsToRun(nameof(DeployPhase4)) ? 4
        : IsToRun(nameof(DeployPhase3)) ? 3
        : IsToRun(nameof(DeployPhase2)) ? 2
        : 1;

    bool IsToRun(string target) => ExecutionPlan.Any(planned => planned.Name == target);

    async Task WriteReport()
    {
        // The parameters were wrong: nothing began, and the reason is on the screen.
        if (run is null && IsFailing)
            return;

        var exitCode = stop.ExitCode ?? (IsFailing ? ExitCode ?? 1 : 0);
        TargetRecord[] targets = [.. ExecutionPlan.Where(target => target.Name != nameof(Report))
            .Select(target => new TargetRecord(target.Name, target.Status.ToString())
            {
                Duration = target.Duration,
                After = [.. target.AllDependencies.Where(ExecutionPlan.Contains).Select(before => before.Name)],
            })];

        // The run may have been cancelled; its report is still written.
        await Station(run => run.ReportAsync(exitCode, targets, CancellationToken.None));
    }

    /// <summary>The report gives the lock back already; without one (<c>--skip Report</c>) it ends with the run.
    /// The cause comes last: after it comes the next command, so nothing stands below.</summary>
    protected override void OnBuildFinished()
    {
        run?.EndAsync().GetAwaiter().GetResult();
        live?.Dispose();
        foreach (var line in run?.Ending?.Lines(IsTerminal ? Columns : 100, WantsColour) ?? [])
            Talk.WriteLine(line);
    }

    // Where stdout is a document for a program, people read stderr.
    static TextWriter Talk => ShowsJson ? Console.Error : Console.Out;

    static bool IsTerminal => !Console.IsOutputRedirected;

    static bool WantsColour => ProgressModes.WantsColour(Variables, IsTerminal);

    static int Columns
    {
        get
        {
            try
            {
                return Console.WindowWidth is > 0 and var columns ? columns : 80;
            }
            catch (IOException)
            {
                return 80;
            }
        }
    }

    RolloutRun Connect()
    {
        redactor.Add(GithubToken);
        var mode = ProgressModes.Resolve(Progress, Variables, IsTerminal);
        if (mode == ProgressMode.Tty)
            Console.SetOut(live = new LiveProgress(Console.Out, () => Columns, redactor.Redact, WantsColour, TimeProvider.System));

        var log = new StepRecorder(new RedactedLog(redactor, isQuiet: mode == ProgressMode.Quiet), TimeProvider.System, live);
        return new RolloutRun(ReadSettings(), new RunPorts(this, log), redactor, TimeProvider.System, log, Notices(log));
    }

    RunSettings ReadSettings()
    {
        if (!DeployTo.Equals("docker", StringComparison.OrdinalIgnoreCase))
            throw new InvalidInputException([new Problem("--deploy-to", $"'{DeployTo}' is not available yet", "docker")]);

        return new RunSettings
        {
            ComposeFiles = ComposeFile is { Length: > 0 } ? [.. ComposeFile.SelectMany(Separated)] : [Shown(RootDirectory / "phases" / "compose.yml")],
            EnvFile = EnvFile,
            Environment = Variables,
            ComposeProfiles = ComposeProfiles,
            PhasesDirectory = PhasesDirectory ?? Shown(RootDirectory / "phases"),
            ReportsDirectory = ReportsPath,
            DeployingTarget = ExecutionPlan.LastOrDefault(target => target.Name.StartsWith(nameof(Deploy), StringComparison.Ordinal))?.Name,
            DeployTo = "docker",
            RootDirectory = RootDirectory,
            GitHubEnterpriseHost = GitHubRoot is { IsLoopback: false, Host: not "api.github.com" } root ? root.Host : null,
            Gate = KeepVersions >= 0 ? Gate : throw new InvalidInputException([new Problem("--keep-versions", $"{KeepVersions} is too few", "0 or more")]),
            Outlets = new ReportOutlets
            {
                Host = CiHosts.Detect(Variables),
                Output = Talk,
                StepSummaryFile = Environment.GetEnvironmentVariable("GITHUB_STEP_SUMMARY") is { Length: > 0 } summary ? summary : null,
                FallbackDirectory = TemporaryDirectory / "reports",
                KeyFile = TemporaryDirectory / "configuration.key",
            },
            KeepRuns = KeepRuns >= 1 ? KeepRuns : throw new InvalidInputException([new Problem("--keep-runs", $"{KeepRuns} is too few", "1 or more")]),
            CreateMissingNetworks = CreateMissingNetworks,
            Accepted = AcceptedFindings.Parse(Accept),
            Arguments = string.Concat(GivenArguments.Select(argument => $" {ShellWord.Quote(argument)}")),
        };
    }

    IEnumerable<string> GivenArguments =>
    [
        .. ComposeFile is { Length: > 0 } ? ["--compose-file", .. ComposeFile] : Array.Empty<string>(),
        .. Given("--env-file", EnvFile),
        .. Given("--phases-directory", PhasesDirectory),
        .. Given("--reports-directory", ReportsDirectory),
        .. Given("--docker-host", DockerHost),
        .. Given("--github-url", GithubUrl == PublicGitHub ? null : GithubUrl),
        .. NoRegistries ? ["--no-registries"] : Array.Empty<string>(),
        .. Given("--pypi-url", PypiUrl),
        .. Given("--npm-url", NpmUrl),
        .. Given("--nuget-url", NugetUrl),
    ];

    static string[] Given(string name, string? value) => value is null ? [] : [name, value];

    // The engine takes --plan-format for itself; with json its own lines go to stderr, so that stdout is the document.
    static bool ShowsJson => string.Join('=', Environment.GetCommandLineArgs()).Contains("--plan-format=json", StringComparison.OrdinalIgnoreCase);

    string ReportsPath => ReportsDirectory ?? Shown(RootDirectory / "reports");

    LockSettings Lock => new() { Wait = WaitForLock, BreakRun = BreakLock };

    GateSettings Gate => new(MinHealthyTime, HealthyDeadline, ProgressDeadline);

    Uri GitHubRoot => Uri.TryCreate(GithubUrl, UriKind.Absolute, out var root) && root.Scheme is "http" or "https"
        ? root
        : throw new InvalidInputException([new Problem("--github-url", $"'{GithubUrl}' is no http(s) address", $"{PublicGitHub}, or https://host/api/v3")]);

    Uri Address(string parameter, string? given, Uri otherwise) =>
        given is null ? otherwise
        : Uri.TryCreate(given, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
        : throw new InvalidInputException([new Problem(parameter, $"'{given}' is no http(s) address", $"such as {otherwise}")]);

    static Dictionary<string, string> Variables => Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
        .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);

    // COMPOSE_FILE names several files in one text; a file that is called so wins.
    static string[] Separated(string files) => File.Exists(files)
        ? [files]
        : files.Split(Environment.GetEnvironmentVariable("COMPOSE_PATH_SEPARATOR") ?? Path.PathSeparator.ToString(), StringSplitOptions.RemoveEmptyEntries);

    // A path below the working directory is shown as one would type it there.
    static string Shown(AbsolutePath path) => Path.GetRelativePath(Environment.CurrentDirectory, path) is var relative && !relative.StartsWith("..", StringComparison.Ordinal)
        ? relative
        : path;

    /// <summary>GitHub and the engine, connected when they are first needed.</summary>
    sealed class RunPorts(Build build, IRunLog log) : IRunPorts
    {
        IRepositorySource? source;
        RegistryClient? registry;
        PackageIndexClient? packages;

        public IRepositorySource Source => source ??= new RepositorySources(
            new GitHubRepositorySource(build.GitHubRoot, build.GithubToken, TemporaryDirectory / "github", TimeProvider.System, log),
            new GitRepositorySource(new GitProcess(), TemporaryDirectory / "git", log),
            new FolderRepositorySource(new GitProcess()));

        public IImageRegistry? Registry => build.NoRegistries ? null : registry ??= new RegistryClient(
            new RegistryCredentials(RegistryCredentials.Directory(Environment.GetEnvironmentVariable)), log);

        public RuleSet Rules => Registry is { } registries ? OwnRules.With(new ImageRule(registries), new PackageRule(Packages)) : OwnRules;

        RuleSet OwnRules => RuleSet.Default.Within(new GateTimes(build.MinHealthyTime, build.HealthyDeadline));

        PackageIndexClient Packages => packages ??= new PackageIndexClient(
            new PackageIndexes(
                build.Address("--pypi-url", build.PypiUrl, PackageIndexes.Public.PyPI),
                build.Address("--npm-url", build.NpmUrl, PackageIndexes.Public.Npm),
                build.Address("--nuget-url", build.NugetUrl, PackageIndexes.Public.NuGet)),
            TemporaryDirectory / "packages", TimeProvider.System, log);


        public async Task<EnginePorts> ConnectAsync(string runId, CancellationToken cancellationToken)
        {
            var engine = DockerEngine.Connect(build.DockerHost, EngineAccess.Full);
            var observer = DockerEngine.Connect(build.DockerHost, EngineAccess.ReadOnly);
            var preflight = build.CreateMissingNetworks ? DockerEngine.Connect(build.DockerHost, EngineAccess.ReadAndCreateNetworks) : observer;
            var description = await observer.DescribeAsync(cancellationToken);
            log.Debug($"Engine {description.Version} (API {description.ApiVersion}) on {description.Name}, {description.Endpoint}");

            var containers = new DockerHealthSource(async token => await observer.GetClientAsync(token), description.IsLocal, TimeProvider.System);
            var helper = build.Probe ? new ProbeContainer(async token => await engine.GetClientAsync(token)) : null;
            var evidence = new DockerEvidence(async token => await observer.GetClientAsync(token), description.IsLocal, helper, TimeProvider.System);
            var watch = new HealthWatch(
                containers, new HttpProbe(observer.HostName, TimeProvider.System), TimeProvider.System, log,
                new DockerCheckRunner(engine.RunInContainerAsync, TimeProvider.System));
            var settings = new DeploymentSettings
            {
                RunId = runId,
                Gate = build.Gate,
                WorkDirectory = TemporaryDirectory / "images",
                OnFailure = build.OnFailure,
                KeepVersions = build.KeepVersions,
                Parallelism = build.Parallelism,
                Variables = Variables,
            };
            var processes = new LinuxProcesses();
            var holder = new LockHolder(runId, Environment.UserName, Environment.MachineName, processes.Current);
            var held = new DeploymentLock(engine, holder, build.Lock, processes, TimeProvider.System, log);
            var journal = new RunJournal(
                Path.Combine(build.ReportsPath, "runs", runId, JournalReader.FileName), holder, build.redactor, TimeProvider.System, log);
            return new EnginePorts(
                new Preflight(preflight, new DatabaseProbe(observer.HostName, TimeProvider.System), log, Registry),
                new DeploymentPreview(observer, settings),
                new PhasedDeployment(new RecordedTarget(engine, held, journal), Source, watch, evidence, settings, TimeProvider.System, log),
                new DeployedHealth(observer, watch),
                evidence,
                new WriteAccess(held, journal));
        }
    }

    /// <summary>Takes every secret out of a line before the line goes anywhere.</summary>
    sealed class RedactedLog(Redactor redactor, bool isQuiet) : IRunLog
    {
        // NUKE shows debug lines at normal verbosity; a builder's output is more than most want to see.
        public void Debug(string message) => Log.Verbose("{Message:l}", redactor.Redact(message));

        public void Information(string message)
        {
            if (!isQuiet)
                Log.Information("{Message:l}", redactor.Redact(message));
        }

        public void Warning(string message) => Log.Warning("{Message:l}", redactor.Redact(message));

        public void Error(string message) => Log.Error("{Message:l}", redactor.Redact(message));
    }

    /// <summary>Turns the signals that ask a program to stop into a token.</summary>
    sealed class StopSignal
    {
        readonly CancellationTokenSource source = new();
        readonly PosixSignalRegistration[] registrations;

        public StopSignal() => registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Cancel(context, 130)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Cancel(context, 143)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Cancel(context, 143)),
        ];

        public CancellationToken Token => source.Token;

        /// <summary>128 and the number of the first signal; null while none came.</summary>
        public int? ExitCode { get; private set; }

        void Cancel(PosixSignalContext context, int exitCode)
        {
            context.Cancel = true;
            ExitCode ??= exitCode;
            source.Cancel();
        }
    }
}
