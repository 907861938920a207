namespace PhasedRollout.Demo;

/// <summary>The demo cannot go on: something on this machine said no. Its message says what, and what to do.</summary>
/// <param name="message">What was wanted, what happened, and what would help; shown without a stack trace.</param>
/// <param name="inner">What was thrown below, if anything.</param>
public sealed class DemoException(string message, Exception? inner = null) : Exception(message, inner);
