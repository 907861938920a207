using PhasedRollout.Diagnosis;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs;

namespace PhasedRollout.Tests.Runs;

/// <summary>Whether what failed was wrong input: exit code 2.</summary>
public class StationFailedExceptionTests
{
    private static readonly FailureDiagnosis Order = new(FailureClass.DependencyOrder, "web", "web needs db", [], "move it", "./build.sh VerifyContexts");

    [Fact]
    public void An_order_that_the_compose_text_alone_shows_to_be_wrong_is_wrong_input() =>
        StationFailedException.OfFindings([Order]).IsWrongInput.ShouldBeTrue();

    [Fact]
    public void An_order_that_the_engine_or_a_gate_complains_of_is_not() =>
        new StationFailedException([Order]).IsWrongInput.ShouldBeFalse();

    [Fact]
    public void A_finding_that_the_world_was_asked_for_is_not() =>
        StationFailedException.OfFindings([Order, Order with { Failure = FailureClass.PortConflict }]).IsWrongInput.ShouldBeFalse();
}
