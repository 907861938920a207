using System.Linq.Expressions;

namespace Nuke.Common.Execution;

/// <summary>Writes an expression the way its author wrote it, as far as the common forms go.</summary>
internal static class ExpressionText
{
    public static string Of(Expression expression) => expression switch
    {
        MemberExpression { Expression: null or ConstantExpression } member => member.Member.Name,
        MemberExpression member => $"{Of(member.Expression!)}.{member.Member.Name}",
        UnaryExpression { NodeType: ExpressionType.Convert } convert => Of(convert.Operand),
        UnaryExpression { NodeType: ExpressionType.Not } not => "!" + Of(not.Operand),
        UnaryExpression { NodeType: ExpressionType.ArrayLength } length => Of(length.Operand) + ".Length",
        ConstantExpression { Value: string text } => $"\"{text}\"",
        ConstantExpression { Value: null } => "null",
        ConstantExpression { Value: bool flag } => flag ? "true" : "false",
        ConstantExpression constant => Convert.ToString(constant.Value, System.Globalization.CultureInfo.InvariantCulture) ?? "null",
        BinaryExpression binary when Operator(binary.NodeType) is { } symbol => $"{Of(binary.Left)} {symbol} {Of(binary.Right)}",
        MethodCallExpression { Object: null or ConstantExpression } call => $"{call.Method.Name}({Arguments(call)})",
        MethodCallExpression call => $"{Of(call.Object)}.{call.Method.Name}({Arguments(call)})",
        _ => expression.ToString(),
    };

    private static string Arguments(MethodCallExpression call) => string.Join(", ", call.Arguments.Select(Of));

    private static string? Operator(ExpressionType type) => type switch
    {
        ExpressionType.AndAlso => "&&",
        ExpressionType.OrElse => "||",
        ExpressionType.Equal => "==",
        ExpressionType.NotEqual => "!=",
        ExpressionType.LessThan => "<",
        ExpressionType.LessThanOrEqual => "<=",
        ExpressionType.GreaterThan => ">",
        ExpressionType.GreaterThanOrEqual => ">=",
        ExpressionType.Add => "+",
        ExpressionType.Subtract => "-",
        ExpressionType.Multiply => "*",
        ExpressionType.Divide => "/",
        ExpressionType.Modulo => "%",
        _ => null,
    };
}
