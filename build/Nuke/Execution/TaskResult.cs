using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>Awaits whatever a body gives back, so that no exception of an asynchronous body is lost.</summary>
internal static class TaskResult
{
    public static void Await(object? result)
    {
        switch (result)
        {
            case Task task:
                task.GetAwaiter().GetResult();
                break;
            case ValueTask task:
                task.AsTask().GetAwaiter().GetResult();
                break;
            case not null when IsValueTask(result.GetType()):
                var asTask = result.GetType().GetMethod(nameof(ValueTask<object>.AsTask), BindingFlags.Instance | BindingFlags.Public)!;
                ((Task)asTask.Invoke(result, null)!).GetAwaiter().GetResult();
                break;
        }
    }

    private static bool IsValueTask(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>);
}
