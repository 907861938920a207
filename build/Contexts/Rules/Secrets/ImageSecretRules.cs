using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Secrets;

/// <summary>VC801 in a Dockerfile: ENV and ARG stay in the image and its history. The value is never shown.</summary>
internal sealed class ImageSecretRules : ServiceRule
{
    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(ServiceSubject subject) =>
        from instruction in subject.Dockerfile?.Source.Instructions ?? []
        where instruction.Keyword is "ENV" or "ARG"
        from pair in instruction.Pairs
        let value = pair.Value?.Trim('"', '\'')
        where value is { Length: > 0 } && !value.Contains('$', StringComparison.Ordinal)
        let reason = SecretLiteral.Find(pair.Name, value)
        where reason is not null
        select Findings.About(
            subject, "build/dockerfile", "VC801", reason.IsPlain ? Certainty.Likely : Certainty.Hint,
            $"{pair.Name} of the image of '{subject.Service.Name}' {reason.What}, written into its Dockerfile",
            instruction.Keyword == "ARG"
                ? $"RUN --mount=type=secret,id={pair.Name.ToLowerInvariant()} …, and a new secret in place of the one that was pushed"
                : $"environment: {{ {pair.Name}: ${{{pair.Name}}} }} in the compose file, and a new secret in place of the one that was pushed") with
        {
            Evidence = [Findings.OfDockerfile(subject, instruction.Line, $"{instruction.Keyword} {pair.Name}=…")],
        };
}
