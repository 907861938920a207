using PhasedRollout.Compose;

namespace PhasedRollout.Runs;

/// <summary>Stands for an exception whose text held a secret; that exception itself is not kept, since whoever shows this one would show it too.</summary>
/// <param name="message">The message, the secrets taken out.</param>
public sealed class RedactedException(string message) : RolloutException(message);
