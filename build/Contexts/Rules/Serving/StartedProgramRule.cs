using System.Text.RegularExpressions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>VC406: the Python server that a container starts is among what the image installs.</summary>
internal sealed partial class StartedProgramRule : ServiceRule
{
    private const int MostLists = 24;

    // The programs, and what brings them besides a package of their own name.
    private static readonly Dictionary<string, string[]> Programs = new(StringComparer.Ordinal)
    {
        ["gunicorn"] = ["mlflow", "apache-airflow", "apache-superset", "redash", "sentry", "dash-tools", "graphite-web", "pgadmin4"],
        ["uvicorn"] =
        [
            "fastapi", "gradio", "chainlit", "mcp", "nicegui", "bentoml", "litellm", "ray", "langserve", "langgraph", "chromadb", "starlette",
            "prefect", "dagster", "solara",
        ],
        ["hypercorn"] = ["quart", "trio"],
        ["daphne"] = ["channels"],
        ["celery"] = ["django-celery", "flower", "apache-airflow", "apache-superset", "sentry"],
        ["waitress-serve"] = ["waitress", "mlflow", "pyramid"],
    };

    /// <inheritdoc/>
    public override IEnumerable<string> Files(ServiceSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return Program(subject) is null ? [] : Lists(subject);
    }

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (Program(subject) is not var (program, start))
            yield break;

        var lists = Lists(subject).ToList();
        string[] names = [program, .. Programs[program]];
        if (lists.Count == 0 || lists.Any(path => subject.Text(path) is not { } text || IsNamed(text, names)))
            yield break;

        yield return Findings.About(
            subject, "build/context", "VC406", Certainty.Likely,
            $"'{subject.Service.Name}' starts '{program}', which the Dockerfile does not install: "
                + $"it is not in {TreeFolders.Enumerate(lists.Select(path => $"'{path}'"), 3)}",
            $"{program.Replace("-serve", "", StringComparison.Ordinal)} in '{lists[0]}'") with
        {
            Evidence = [Shown.Safe(start.Evidence)],
        };
    }

    // Only where everything that is installed is a list of packages which stands in the context, on an official Python.
    private static (string Program, StartCommand Start)? Program(ServiceSubject subject)
    {
        if (subject is not { Dockerfile: { Source.HasForeignSyntax: false } dockerfile, Image: { IsReplaced: false } image, Tree.Complete: true }
            || BaseImage.Of(image.BaseImage)?.Repository != "python"
            || StartCommand.Of(subject) is not { IsSure: true } start || First(start) is not { } program)
            return null;

        string[] names = [program, .. Programs[program]];
        var written = dockerfile.Stages.SelectMany(stage => stage.Instructions).Select(it => it.Instruction)
            .Where(it => it.Keyword is not ("CMD" or "ENTRYPOINT" or "HEALTHCHECK"))
            .SelectMany(it => it.Texts).ToList();
        return written.Any(text => IsNamed(text, names) || Unknown().IsMatch(text)) || !written.Any(text => Installs().IsMatch(text))
            ? null
            : (program, start);
    }

    private static bool IsNamed(string text, string[] names) => names.Any(name => text.Contains(name, StringComparison.OrdinalIgnoreCase));

    private static string? First(StartCommand start)
    {
        var first = start.Words is [("/bin/sh" or "sh" or "/bin/bash" or "bash"), "-c", { } text, ..] ? Shell().Match(text).Groups["program"].Value
            : start.Words is [{ } word, ..] ? word
            : "";
        return TreeFolders.NameOf(first) is var name && Programs.ContainsKey(name) ? name : null;
    }

    private static IEnumerable<string> Lists(ServiceSubject subject) => subject.Context is not { } context ? []
        : subject.Tree!.Below(context.Reference.Path).Where(entry => TreeFolders.IsFile(entry) && List().IsMatch(TreeFolders.NameOf(entry.Path)))
            .Select(entry => entry.Path).Take(MostLists);

    [GeneratedRegex("""
        ^(?:.*(?:requirement|constraint).*\.(?:txt|in|pip)|(?:base|common|core|prod|production|local|dev)\.(?:txt|in|pip)
        |pyproject\.toml|(?:poetry|uv|pdm|Pipfile)\.lock|Pipfile|setup\.(?:py|cfg)|environment.*\.ya?ml)\z
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase)]
    private static partial Regex List();

    // What runs a script, or fetches something, may install anything.
    [GeneratedRegex(
        @"\bconda\b|\bmamba\b|curl[^\n]*\|\s*(?:ba)?sh|\.whl\b|\bmake\b|\.sh\b|git\+|\$\{?[A-Z_]*(?:EXTRA|PACKAGE|DEPS)", RegexOptions.IgnoreCase)]
    private static partial Regex Unknown();

    [GeneratedRegex(@"\b(?:pip3?|poetry|pipenv|uv|pdm)\b[^\n]*\b(?:install|sync)\b")]
    private static partial Regex Installs();

    [GeneratedRegex(@"^\s*(?:exec\s+)?(?<program>[A-Za-z0-9_./-]+)(?:\s|\z)(?!.*(?:&&|;|\|))", RegexOptions.ExplicitCapture)]
    private static partial Regex Shell();
}
