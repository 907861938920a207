using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Secrets;

/// <summary>VC801: no secret stands in the compose file or in a layer of an image. The value is never shown.</summary>
internal sealed class SecretRules : IRolloutRule
{
    public IEnumerable<Finding> Check(Rollout rollout) => rollout.Services.SelectMany(service => Check(rollout, service));

    private static IEnumerable<Finding> Check(Rollout rollout, Service service)
    {
        var node = ComposeText.Of(rollout, service.Name);
        var build = node?["build"] as ComposeMapping;
        return
        [
            .. Literals(service, node?["environment"], "environment", "a variable that is set where it is deployed"),
            .. Literals(service, node?["labels"], "labels", "a variable; labels are shown to everybody who can list containers"),
            .. Literals(service, build?["args"], "build/args", "a build secret; build arguments stay in the history of the image"),
            .. Literals(service, build?["labels"], "build/labels", "nothing secret; labels are a part of the image"),
        ];
    }

    private static IEnumerable<Finding> Literals(Service service, ComposeNode? node, string key, string remedy) =>
        from pair in ComposeText.Pairs(node)
        where pair.Text is not null && !ComposeText.HasVariable(pair.Text)
        let reason = SecretLiteral.Find(pair.Name, pair.Text)
        where reason is not null
        select Findings.About(
            service, key, "VC801", FailureClass.SecretExposed, reason.IsPlain ? Certainty.Likely : Certainty.Hint,
            $"{pair.Name} of '{service.Name}' {reason.What}, written into the compose file",
            $"{pair.Name}: ${{{Variable(pair.Name)}}} ({remedy})").At(pair.Location);

    private static string Variable(string name) => string.Concat(name.ToUpperInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
}
