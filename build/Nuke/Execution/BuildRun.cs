using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common.CI;
using Nuke.Common.IO;
using Nuke.Common.Output;
using Nuke.Common.ValueInjection;
using Serilog;

namespace Nuke.Common.Execution;

/// <summary>One run of a build from its command line to its exit code.</summary>
internal sealed class BuildRun
{
    private readonly Surroundings surroundings;
    private readonly ParameterCatalog parameters;
    private readonly CommandLine commandLine;
    private readonly List<string> problems = [];
    private readonly LambdaExpression[] defaults;

    private BuildRun(Type buildType, LambdaExpression[] defaults, Surroundings surroundings)
    {
        this.surroundings = surroundings;
        this.defaults = defaults;
        parameters = ParameterCatalog.Create(buildType);
        commandLine = CommandLine.Parse(surroundings.Arguments, parameters);
        problems.AddRange(commandLine.Problems);
    }

    public static int Execute(Func<NukeBuild> create, Type buildType, LambdaExpression[] defaults, Surroundings surroundings)
    {
        FailureText.BelongsTo(buildType.Assembly);
        var secrets = new SecretMask();
        try
        {
            return new BuildRun(buildType, defaults, surroundings).Execute(create, buildType.Assembly, secrets);
        }
        catch (Exception exception)
        {
            var text = FailureText.IsExpected(exception) ? FailureText.Brief(exception) : FailureText.Full(exception);
            surroundings.Error.WriteLine(Visible.Text(secrets.Apply(text)));
            return FailureText.Unwrap(exception) is InvalidBuildException ? ExitCodes.WrongInput : ExitCodes.Failed;
        }
    }

    private int Execute(Func<NukeBuild> create, Assembly assembly, SecretMask secrets)
    {
        if (Root() is not { } root)
            return Refuse();

        var file = ParameterFile.Read(root, parameters, problems);
        ParameterInjection.Resolve(parameters.All, commandLine, file, surroundings, root, problems);
        foreach (var text in parameters.Own.Where(parameter => parameter.IsSecret).SelectMany(parameter => parameter.Given?.Texts ?? []))
            secrets.Add(text);
        NukeBuild.Session = new BuildSession
        {
            Surroundings = surroundings,
            RootDirectory = root,
            Parameters = parameters,
            Secrets = secrets,
            Host = parameters.Value<string>("Host") is { } host ? Hosts.Find(host)! : Hosts.Detect(surroundings),
            Verbosity = parameters.Value<Verbosity>("Verbosity"),
            AssemblyFile = AbsolutePath.Create(Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".dll")),
        };

        var build = create();
        ParameterInjection.Inject(build, parameters);
        foreach (var secret in parameters.Own.Where(parameter => parameter.IsSecret))
            Hide(secret, secrets);
        var targets = TargetCatalog.Create(build, defaults);
        build.OnBuildCreated();

        if (build.Help)
            return Print(HelpText.Write(targets, parameters, surroundings.Width));
        if (parameters.Value<bool>("GenerateSchema"))
            return Print(BuildSchema.WriteFile(root, targets, parameters));

        var request = new TargetRequest(targets, commandLine, parameters, problems);
        if (request.IsEmpty && problems.Count == 0)
            return Print(HelpText.Write(targets, parameters, surroundings.Width));
        return Plan(build, targets, request) is { } plan ? Run(build, targets, plan, request) : Refuse();
    }

    /// <summary>The plan, or null when something is wrong with what was asked for.</summary>
    private List<ExecutableTarget>? Plan(NukeBuild build, IReadOnlyList<ExecutableTarget> targets, TargetRequest request)
    {
        var cycles = ExecutionPlanner.Cycles(targets);
        problems.AddRange(cycles.Select(cycle =>
            $"The targets run in a circle: {string.Join(" -> ", cycle.Append(cycle[0]).Select(target => target.Name))}"));
        if (cycles.Count > 0)
            return null;

        var plan = ExecutionPlanner.Plan(targets, request.Targets).ToList();
        if (problems.Count > 0)
        {
            // What targets with a condition require is only known once the parameters are right.
            var certain = plan.Where(target => target.StaticConditions.Count == 0 && !request.Skipped.Contains(target));
            problems.AddRange(Requirements.Missing(build, certain, parameters).Where(missing => !problems.Exists(known => SamePlace(known, missing))));
            return null;
        }

        foreach (var target in plan)
            target.Status = ExecutionStatus.Scheduled;
        build.ExecutionPlan = plan;
        Skipping.Skip(plan, request.Skipped, request.Targets);
        Skipping.ApplyStaticConditions(plan, request.Targets);
        return plan;
    }

    private int Run(NukeBuild build, IReadOnlyList<ExecutableTarget> targets, List<ExecutableTarget> plan, TargetRequest request)
    {
        var missing = Requirements.Missing(build, plan.Where(target => target.Status == ExecutionStatus.Scheduled), parameters);
        if (build.Plan)
            return Print(PlanOutput.Write(new PlanView(targets, plan, request, parameters, missing), parameters.Value<PlanFormat>("PlanFormat"), NukeBuild.Session));
        if (missing.Count > 0)
        {
            problems.AddRange(missing);
            return Refuse();
        }

        using var logFile = LogFile.Open(NukeBuild.Session);
        using var signals = new StopSignals();
        var output = new RunOutput(NukeBuild.Session, logFile);
        var executor = new BuildExecutor(build, plan, request.Targets, output, signals, surroundings.Time);
        var sink = LogSink.Install(NukeBuild.Session, output, () => executor.Running);
        signals.Announce = text => Log.Warning("{Text:l}", text);
        if (surroundings.ListensToSignals)
            signals.Listen();

        if (!build.NoLogo)
            output.Line($"NUKE build, {build.GetType().Assembly.GetName().Name} on {NukeBuild.Host}");
        build.OnBuildInitialized();
        executor.Run();
        var exitCode = ExitCode(build, plan, signals);
        new Summary(output, surroundings.Time).Write(plan, sink.Entries, exitCode);
        return Finish(build, exitCode);
    }

    /// <summary>The build chooses among failures; a signal and a failure are never turned into success.</summary>
    private static int ExitCode(NukeBuild build, List<ExecutableTarget> plan, StopSignals signals)
    {
        if (signals.ExitCode is { } signal)
            return signal;
        var hasFailed = plan.Exists(target => target.Status is ExecutionStatus.Failed or ExecutionStatus.Aborted or ExecutionStatus.NotRun);
        return build.ExitCode is { } own && (own != 0 || !hasFailed) ? own : hasFailed ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static int Finish(NukeBuild build, int exitCode)
    {
        try
        {
            build.OnBuildFinished();
            return exitCode;
        }
        catch (Exception exception)
        {
            Log.Error("OnBuildFinished: {Failure:l}", FailureText.Full(exception));
            return exitCode == ExitCodes.Done ? ExitCodes.Failed : exitCode;
        }
    }

    private AbsolutePath? Root()
    {
        var parameter = parameters.BuiltIn.First(candidate => candidate.Name == "Root");
        var given = commandLine.Values.GetValueOrDefault(parameter) ?? EnvironmentValues.Find(parameter, surroundings);
        if (given is not null)
        {
            var directory = Path.GetFullPath(Path.Combine(surroundings.WorkingDirectory, given.Texts.LastOrDefault("")));
            if (Directory.Exists(directory))
                return AbsolutePath.Create(directory);
            problems.Add($"{given.Where}: there is no directory '{directory}'");
            return null;
        }

        var found = RootDirectorySearch.Upwards(surroundings.WorkingDirectory);
        if (found is null)
            problems.Add($"Neither '{surroundings.WorkingDirectory}' nor a directory above it has a .nuke directory; run inside the repository, or give --root <path>");
        return found;
    }

    private int Print(string text)
    {
        surroundings.Out.Write(NukeBuild.Session.Secrets.Apply(text));
        return ExitCodes.Done;
    }

    private int Refuse()
    {
        foreach (var problem in problems)
            surroundings.Error.WriteLine(Visible.Text(problem));
        return ExitCodes.WrongInput;
    }

    private static void Hide(Parameter secret, SecretMask secrets)
    {
        foreach (var value in new[] { secret.Value, secret.Default })
        {
            if (value is Array array)
                array.Cast<object?>().ToList().ForEach(one => secrets.Add(one?.ToString()));
            else
                secrets.Add(value?.ToString());
        }
    }

    private static bool SamePlace(string known, string missing) =>
        known.Split(": ")[0] is var place && missing.StartsWith(place + ":", StringComparison.Ordinal);
}
