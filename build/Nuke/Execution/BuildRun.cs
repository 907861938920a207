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
    private readonly LambdaExpression[] defaults;
    private readonly ParameterCatalog parameters;
    private readonly CommandLine commandLine;
    private readonly List<string> problems = [];
    private readonly SecretMask secrets = new();

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
        var run = new BuildRun(buildType, defaults, surroundings);
        try
        {
            return run.Execute(create, buildType.Assembly);
        }
        catch (Exception exception)
        {
            var text = FailureText.IsExpected(exception) ? FailureText.Brief(exception) : FailureText.Full(exception);
            surroundings.Error.WriteLine(Visible.Text(run.secrets.Apply(text)));
            return FailureText.Unwrap(exception) is InvalidBuildException ? ExitCodes.WrongInput : ExitCodes.Failed;
        }
    }

    private int Execute(Func<NukeBuild> create, Assembly assembly)
    {
        if (RootDirectorySearch.Find(surroundings, parameters, commandLine, problems) is not { } root)
            return Refuse();

        var session = OpenSession(root, assembly);
        var build = create();
        ParameterInjection.Inject(build, parameters);
        foreach (var parameter in parameters.Own.Where(parameter => parameter.IsSecret))
        {
            Hide(parameter.Value);
            Hide(parameter.Default);
        }

        var targets = TargetCatalog.Create(build, defaults);
        var isAboutTheBuild = build.Help || parameters.Value<bool>("GenerateSchema");
        using var logFile = new LogFile(session);
        var output = new RunOutput(session, logFile);
        var sink = isAboutTheBuild || build.Plan ? null : LogSink.Install(session, output, () => build.RunningTargets.FirstOrDefault());
        if (problems.Count == 0)
            build.OnBuildCreated();

        if (build.Help)
            return Print(HelpText.Write(targets, parameters, surroundings.Width));
        if (isAboutTheBuild)
            return Print(BuildSchema.WriteFile(root, targets, parameters));

        var request = new TargetRequest(targets, commandLine, parameters, problems);
        if (request.IsEmpty && problems.Count == 0)
            return Print(HelpText.Write(targets, parameters, surroundings.Width));
        if (Plan(build, targets, request) is not { } plan)
            return Refuse();

        var missing = Requirements.Missing(build, plan.Where(target => target.Status == ExecutionStatus.Scheduled), parameters);
        if (build.Plan)
            return Print(PlanOutput.Write(new PlanView(targets, plan, request, parameters, missing), parameters.Value<PlanFormat>("PlanFormat"), session));

        problems.AddRange(missing);
        return problems.Count > 0 ? Refuse() : Run(build, plan, request, output, sink!);
    }

    private BuildSession OpenSession(AbsolutePath root, Assembly assembly)
    {
        var file = ParameterFile.Read(root, parameters, problems);
        ParameterInjection.Resolve(parameters.All, commandLine, file, surroundings, root, problems);
        foreach (var parameter in parameters.Own.Where(parameter => parameter is { IsSecret: true, Given: not null }))
            Hide(parameter.Given!.Texts.ToArray());
        foreach (var writer in new[] { surroundings.Out, surroundings.Error }.OfType<SafeWriter>())
            writer.Secrets = secrets;
        return NukeBuild.Session = new BuildSession
        {
            Surroundings = surroundings,
            RootDirectory = root,
            Parameters = parameters,
            Secrets = secrets,
            Host = parameters.Value<string>("Host") is { } host ? Hosts.Find(host)! : Hosts.Detect(surroundings),
            Verbosity = parameters.Value<Verbosity>("Verbosity"),
            AssemblyFile = AbsolutePath.Create(Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".dll")),
        };
    }

    private void Hide(object? value)
    {
        if (value is not Array array)
        {
            secrets.Add(value?.ToString());
            return;
        }

        foreach (var one in array)
            secrets.Add(one?.ToString());
    }

    /// <summary>The plan with its skips, or null when something is wrong with what was asked for.</summary>
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
            problems.AddRange(Requirements.Missing(build, certain, parameters).Where(missing => !problems.Exists(known => SamePlace(known, missing))).ToList());
            return null;
        }

        foreach (var target in plan)
            target.Status = ExecutionStatus.Scheduled;
        build.ExecutionPlan = plan;
        Skipping.Skip(plan, request.Skipped, request.Targets);
        Skipping.ApplyStaticConditions(plan, request.Targets);
        return plan;
    }

    private int Run(NukeBuild build, List<ExecutableTarget> plan, TargetRequest request, RunOutput output, LogSink sink)
    {
        using var signals = new StopSignals { Announce = static text => Log.Warning("{Text:l}", text) };
        if (surroundings.ListensToSignals)
            signals.Listen();
        if (!build.NoLogo)
            output.Line(output.Style.Faint($"{build.GetType().Assembly.GetName().Name} on {NukeBuild.Host} in {NukeBuild.RootDirectory}"));

        build.OnBuildInitialized();
        new BuildExecutor(build, plan, request.Targets, output, signals, surroundings.Time).Run();
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
        return build.ExitCode is { } own && (own != ExitCodes.Done || !hasFailed) ? own : hasFailed ? ExitCodes.Failed : ExitCodes.Done;
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
            Log.Error("OnBuildFinished: {Failure:l}", FailureText.IsExpected(exception) ? FailureText.Brief(exception) : FailureText.Full(exception));
            return exitCode == ExitCodes.Done ? ExitCodes.Failed : exitCode;
        }
    }

    private int Print(string text)
    {
        surroundings.Out.Write(secrets.Apply(text));
        return ExitCodes.Done;
    }

    private int Refuse()
    {
        foreach (var problem in problems)
            surroundings.Error.WriteLine(Visible.Text(secrets.Apply(problem)));
        return ExitCodes.WrongInput;
    }

    private static bool SamePlace(string known, string missing) =>
        known.Split(": ")[0] is var place && missing.StartsWith(place + ":", StringComparison.Ordinal);
}
