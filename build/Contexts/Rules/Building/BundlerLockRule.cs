using System.Globalization;
using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>VC239: a <c>Gemfile.lock</c> is for the system of the container, and of a Bundler that its Ruby can run.</summary>
internal sealed partial class BundlerLockRule : DockerfileRule
{
    // Bundler 2.7 and later want Ruby 3.2 (https://rubygems.org/gems/bundler).
    private static readonly (int Major, int Minor) FirstForNewRubies = (2, 7);
    private static readonly (int Major, int Minor) FirstNewRuby = (3, 2);

    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) => Installs(subject, dockerfile).Select(it => it.Lock).Distinct(StringComparer.Ordinal);

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        foreach (var (stage, command, path, texts) in Installs(subject, dockerfile).DistinctBy(it => it.Lock))
        {
            if (subject.Text(path) is not { } text)
                continue;

            var platforms = Platforms().Match(text) is { Success: true } section
                ? section.Groups["name"].Captures.Select(it => it.Value.Trim()).ToList() : [];
            if (platforms.Count > 0 && platforms.All(name => OtherSystem().IsMatch(name)) && Frozen().IsMatch(texts + "\n" + command))
                yield return About(
                    subject, "VC239", Certainty.Likely, command.Run.Instruction,
                    $"'{command}' may not change '{path}', which is for {TreeFolders.Enumerate(platforms, 3)} alone: \"Your bundle only supports platforms …\"",
                    "bundle lock --add-platform x86_64-linux aarch64-linux, and commit it");

            if (Bundled().Match(text) is { Success: true } bundled && BaseImage.Of(stage.BaseImage) is { Repository: "ruby" } image
                && Tag().Match(image.Tag) is { Success: true } ruby && Numbers(bundled).CompareTo(FirstForNewRubies) >= 0 && Numbers(ruby).CompareTo(FirstNewRuby) < 0)
                yield return About(
                    subject, "VC239", Certainty.Likely, command.Run.Instruction,
                    $"'{path}' was written by Bundler {bundled.Groups["version"].Value}, which Bundler installs to go on with and which wants Ruby 3.2; {stage.BaseImage} has an older one",
                    "FROM ruby:3.2 or later; or bundle _2.6.9_ lock, and commit it");
        }
    }

    private static IEnumerable<(Stage Stage, StageCommand Command, string Lock, string Texts)> Installs(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        if (subject is not { Tree: { } tree, Context: { } context })
            yield break;

        foreach (var stage in dockerfile.Stages.Where(stage => !stage.IsReplaced && dockerfile.IsNeeded(stage)))
        {
            var texts = string.Join('\n', Chain(stage).SelectMany(part => part.Instructions).Where(it => it.Instruction.Keyword is "RUN" or "ENV" or "ARG").SelectMany(it => it.Instruction.Texts));
            if (Changes().IsMatch(texts))
                continue;

            foreach (var command in StageCommands.Read(stage, tree, context.Reference.Path))
                if (command is { MustSucceed: true, Words: ["bundle"] or ["bundle", "install", ..] } && command.Find("Gemfile.lock") is { } path)
                    yield return (stage, command, path, texts);
        }
    }

    private static (int, int) Numbers(Match match) =>
        (int.Parse(match.Groups["major"].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups["minor"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^PLATFORMS\r?\n(?:[ ]+(?<name>\S[^\n]*)\n?)+", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Platforms();

    [GeneratedRegex("darwin|mingw|mswin|java")]
    private static partial Regex OtherSystem();

    [GeneratedRegex(@"BUNDLE_DEPLOYMENT|BUNDLE_FROZEN|--deployment|--frozen|deployment\W+true|frozen\W+(?:true|1)")]
    private static partial Regex Frozen();

    [GeneratedRegex(@"^BUNDLED WITH\r?\n\s+(?<version>(?<major>[0-9]+)\.(?<minor>[0-9]+)[0-9.]*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Bundled();

    [GeneratedRegex(@"^(?<major>[0-9])\.(?<minor>[0-9])(?:[.-]|\z)", RegexOptions.ExplicitCapture)]
    private static partial Regex Tag();

    [GeneratedRegex(@"Gemfile\.lock|add-platform|bundle lock|bundle update|gem install bundler|BUNDLER_VERSION|gem update|force_ruby_platform|bundle _")]
    private static partial Regex Changes();
}
