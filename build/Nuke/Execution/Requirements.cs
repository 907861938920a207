using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common.ValueInjection;

namespace Nuke.Common.Execution;

/// <summary>Checks what targets and parameters require before anything runs.</summary>
internal static class Requirements
{
    /// <summary>Everything that is missing, one sentence each.</summary>
    /// <param name="build">The build.</param>
    /// <param name="targets">The targets whose requirements count.</param>
    /// <param name="parameters">The parameters.</param>
    public static IReadOnlyList<string> Missing(NukeBuild build, IEnumerable<ExecutableTarget> targets, ParameterCatalog parameters)
    {
        var missing = new List<string>();
        foreach (var target in targets)
        {
            foreach (var requirement in target.Requirements)
            {
                if (Violation(build, target, requirement, parameters) is { } violation)
                    missing.Add(violation);
            }
        }

        missing.AddRange(parameters.Own
            .Where(parameter => parameter.IsRequired && IsEmpty(parameter.Value))
            .Select(parameter => NotSet(parameter, "required")));
        return [.. missing.Distinct()];
    }

    private static string? Violation(NukeBuild build, ExecutableTarget target, LambdaExpression requirement, ParameterCatalog parameters)
    {
        if (requirement.ReturnType == typeof(bool))
        {
            return (bool)requirement.Compile(preferInterpretation: true).DynamicInvoke()!
                ? null
                : $"{target.Name}: requires {ExpressionText.Of(requirement.Body)}";
        }

        var body = requirement.Body is UnaryExpression { NodeType: ExpressionType.Convert } convert ? convert.Operand : requirement.Body;
        if (body is not MemberExpression { Member: var member })
        {
            return IsEmpty(requirement.Compile(preferInterpretation: true).DynamicInvoke())
                ? $"{target.Name}: requires {ExpressionText.Of(body)}"
                : null;
        }

        var value = member switch
        {
            FieldInfo field => field.GetValue(field.IsStatic ? null : build),
            PropertyInfo property => property.GetValue(property.GetMethod!.IsStatic ? null : build),
            _ => null,
        };
        if (!IsEmpty(value))
            return null;
        return parameters.Own.FirstOrDefault(parameter => parameter.MemberName == member.Name) is { } parameter
            ? NotSet(parameter, $"required by {target.Name}")
            : $"{target.Name}: requires {member.Name}, which is not set";
    }

    private static string NotSet(Parameter parameter, string why) =>
        $"{parameter.Switch}: {why} but not set; give {parameter.Switch} {parameter.Kind}, "
        + $"or the environment variable {parameter.Variable} or NUKE_{parameter.Variable}, or \"{parameter.Name}\" in {ParameterFile.RelativePath}";

    private static bool IsEmpty(object? value) => value is null || (value is string text && string.IsNullOrWhiteSpace(text));
}
