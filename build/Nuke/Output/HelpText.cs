using System.Text;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.ValueInjection;

namespace Nuke.Common.Output;

/// <summary>What <c>--help</c> says.</summary>
internal static class HelpText
{
    private const int Indent = 6;

    public static string Write(IReadOnlyList<ExecutableTarget> targets, ParameterCatalog parameters, int width)
    {
        var text = new StringBuilder(8192);
        text.Append("Usage: ./build.sh [target ...] [--parameter value ...]\n\n");
        text.AppendWrapped(Introduction(targets), 0, width);

        text.Append("\nTargets, each with what runs before it:\n");
        foreach (var target in targets.Where(target => target.Listed))
            WriteTarget(text, target, width);

        if (parameters.Own.Any(parameter => parameter.IsListed))
        {
            text.Append("\nParameters:\n");
            foreach (var parameter in parameters.Own.Where(parameter => parameter.IsListed))
                WriteParameter(text, parameter, width);
        }

        text.Append("\nOf every build:\n");
        foreach (var parameter in parameters.BuiltIn.Where(parameter => parameter.IsListed))
            WriteParameter(text, parameter, width);

        text.Append('\n').AppendWrapped(
            "A parameter is taken from the command line (--name value or --name=value), else from the environment (NUKE_NAME, then NAME; "
            + $"those of every build with NUKE_ only), else from {ParameterFile.RelativePath}, else its default.", 0, width);
        text.Append("\nExit codes:\n");
        text.Append("  0    done, or nothing to do\n");
        text.Append("  1    a target failed\n");
        text.Append("  2    wrong input; everything that is wrong is listed\n");
        text.Append("  130  stopped by SIGINT (Ctrl+C)\n");
        text.Append("  143  stopped by SIGTERM\n");
        return text.ToString();
    }

    private static string Introduction(IReadOnlyList<ExecutableTarget> targets)
    {
        var defaults = targets.Where(target => target.IsDefault).Select(target => target.Name).ToList();
        var without = defaults.Count > 0 ? $"Without a target {string.Join(", ", defaults)} runs." : "Without a target this text is shown.";
        return without + " What a target needs runs before it; --plan shows it all and runs nothing.";
    }

    private static void WriteTarget(StringBuilder text, ExecutableTarget target, int width)
    {
        text.Append("  ").Append(target.Name);
        if (target.IsDefault)
            text.Append(" (default)");
        var dependencies = target.ExecutionDependencies.Where(dependency => dependency.Listed).Select(dependency => dependency.Name).ToList();
        if (dependencies.Count > 0)
            text.Append(" <- ").Append(string.Join(", ", dependencies));
        text.Append('\n');
        if (target.Description is { Length: > 0 } description)
            text.AppendWrapped(description, Indent, width);
    }

    private static void WriteParameter(StringBuilder text, Parameter parameter, int width)
    {
        text.Append("  ").Append(parameter.Switch);
        text.AppendWrapped(parameter.IsFlag ? "" : parameter.IsArray ? parameter.Kind + " ..." : parameter.Kind, parameter.Switch.Length + 3, width);
        if (parameter.Description is { Length: > 0 } description)
            text.AppendWrapped(description, Indent, width);
        text.AppendWrapped(Facts(parameter), Indent, width);
    }

    private static string Facts(Parameter parameter)
    {
        var facts = new List<string>();
        if (parameter.IsRequired)
            facts.Add("required");
        if (parameter.IsSecret)
            facts.Add("secret");
        if (parameter.Separator is { Length: > 0 } separator)
            facts.Add($"several: repeat it, or separate by space or '{separator}'");
        else if (parameter.IsArray)
            facts.Add("several: repeat it, or separate by space");
        if (!parameter.IsSecret && !parameter.IsFlag && Default(parameter) is { Length: > 0 } value)
            facts.Add($"default: {value}");
        facts.Add($"environment: {parameter.Variable}");
        return string.Join("; ", facts);
    }

    private static string Default(Parameter parameter) => Shown(parameter.Default);

    /// <summary>A value; a path below the root is shown from there.</summary>
    internal static string Shown(object? value) =>
        value is AbsolutePath path && path.ToString().StartsWith(NukeBuild.RootDirectory + "/", StringComparison.Ordinal)
            ? NukeBuild.RootDirectory.GetRelativePathTo(path)
            : ValueConversion.Show(value);
}
