using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>How an exception is shown: an expected failure by its message, a bug with everything that finds it.</summary>
internal static class FailureText
{
    private static Assembly? buildAssembly;

    /// <summary>The exception that matters: what reflection and tasks wrap around it is taken off.</summary>
    public static Exception Unwrap(Exception exception)
    {
        while (exception is TargetInvocationException { InnerException: { } inner })
            exception = inner;
        return exception is AggregateException { InnerExceptions: [var only] } ? Unwrap(only) : exception;
    }

    /// <summary>Whether somebody wrote the message for the user: it comes from the build's own types or from <see cref="Assert"/>.</summary>
    public static bool IsExpected(Exception exception)
    {
        exception = Unwrap(exception);
        if (exception is AggregateException several)
            return several.InnerExceptions.All(IsExpected);
        if (exception is ConditionException { InnerException: { } cause })
            return IsExpected(cause);
        return exception is AssertionException or InvalidBuildException
            || (buildAssembly is not null && exception.GetType().Assembly == buildAssembly);
    }

    public static string Brief(Exception exception)
    {
        exception = Unwrap(exception);
        return exception is AggregateException several
            ? string.Join(Environment.NewLine, several.InnerExceptions.Select(Brief))
            : exception.Message;
    }

    public static string Full(Exception exception) => Unwrap(exception).ToString();

    /// <summary>The line for the summary.</summary>
    public static string FirstLine(Exception exception)
    {
        var first = Unwrap(exception);
        while (first is AggregateException { InnerExceptions: [var inner, ..] })
            first = Unwrap(inner);
        return first.Message.Split('\n')[0].TrimEnd();
    }

    /// <summary>The assembly whose exceptions are expected failures.</summary>
    public static void BelongsTo(Assembly assembly) => buildAssembly = assembly;
}
