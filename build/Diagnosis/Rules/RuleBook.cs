namespace PhasedRollout.Diagnosis.Rules;

/// <summary>The tables that are read for each source of text, in the order in which a line is held against them.</summary>
internal static class RuleBook
{
    /// <summary>A builder's output.</summary>
    public static readonly FailureRule[] Build =
        [.. SystemRules.Resources.Take(1), .. BuildRules.Sources, .. BuildToolRules.Tools, .. BuildRules.Builder, .. BuildRules.Packages];

    /// <summary>What a program printed before it ended, or while it ails.</summary>
    public static readonly FailureRule[] Log =
    [
        .. SystemRules.Resources, .. DatabaseRules.PostgreSql, .. DatabaseRules.MySql, .. DatabaseRules.RedisAndMongo, .. ConnectionRules.ToDatabases,
        .. RuntimeRules.Migrations, .. SystemRules.AtStart, .. RuntimeRules.Python, .. RuntimeRules.Node, .. RuntimeRules.Others, .. ConnectionRules.ToServices,
        .. BuildRules.Sources.Where(rule => rule.Id.StartsWith("github-", StringComparison.Ordinal)), .. RuntimeRules.Uncaught,
    ];

    /// <summary>An engine's refusal.</summary>
    public static readonly FailureRule[] Engine = [.. SystemRules.Resources.Where(rule => rule.Id != "inotify"), .. EngineRules.Refusals];

    /// <summary>A registry's answer to a pull.</summary>
    public static readonly FailureRule[] Pull = [.. SystemRules.Resources.Take(1), .. EngineRules.Pulls];

    /// <summary>The output of a health check.</summary>
    public static readonly FailureRule[] Probe = ProbeRules.Probes;

    /// <summary>The output of a health check that is a client of a database.</summary>
    public static readonly FailureRule[] DatabaseProbe = [.. DatabaseRules.PostgreSql, .. DatabaseRules.MySql, .. DatabaseRules.RedisAndMongo];

    /// <summary>Every rule once.</summary>
    public static IEnumerable<FailureRule> All => Build.Concat(Log).Concat(Engine).Concat(Pull).Concat(Probe).Distinct();
}
