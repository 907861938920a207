using CsCheck;
using PhasedRollout.Diagnosis;
using PhasedRollout.Reports;
using PhasedRollout.Reports.Hosts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Reports.Hosts;

public class AnnotationsTests
{
    [Fact]
    public void GitHub_shows_a_finding_at_the_line_of_the_compose_file() => Lines(SampleRuns.Blocked, CiHost.GitHub).ShouldBe(
    [
        "::error file=phases/compose.yml,line=31,title=VC105 Build context not found::'ai/brain' is not in acme/platform at 0123456%0Ahttps://github.com/acme/platform.git#main:platform/ai/brain",
        "::error file=phases/compose.yml,line=52,title=VC201 Dockerfile missing::shop/coreldove exists at 0123456 and holds no Dockerfile%0Adockerfile: Containerfile",
    ]);

    [Fact]
    public void Azure_shows_a_finding_at_the_line_of_the_compose_file() => Lines(SampleRuns.Blocked, CiHost.Azure)[1].ShouldBe(
        "##vso[task.logissue type=error;sourcepath=phases/compose.yml;linenumber=52;code=VC201]shop/coreldove exists at 0123456 and holds no Dockerfile%0Adockerfile: Containerfile");

    [Fact]
    public void TeamCity_is_told_of_a_rule_before_its_inspections() => Lines(SampleRuns.Blocked, CiHost.TeamCity).Select(line => line.Split(' ')[0])
        .ShouldBe(["##teamcity[inspectionType", "##teamcity[inspectionType", "##teamcity[inspection", "##teamcity[inspection"]);

    [Fact]
    public void A_cause_that_is_no_finding_is_shown_without_a_file() => Lines(SampleRuns.BuildFailed, CiHost.GitHub)
        .ShouldBe(["::error title=Build failure::The image of brain-api could not be built: step 4 of 7 failed.%0ACorrect fastapi==9.9.9 in ai/brain/requirements.txt and push.%0A./build.sh DeployPhase2"]);

    [Theory]
    [InlineData(CiHost.None)]
    [InlineData(CiHost.GitLab)]
    public void Elsewhere_nothing_is_shown(CiHost host) => Lines(SampleRuns.Blocked, host).ShouldBeEmpty();

    [Fact]
    public void What_is_accepted_is_not_shown()
    {
        var finding = new Finding("VC103", FailureClass.BuildContextNotFound, Certainty.Hint, "m", "services/brain-api", "s") { Service = "brain-api", Accepted = "known" };

        Lines(SampleRuns.Succeeded with { Verified = Stack.Verify(Stack.Rollout, finding) }, CiHost.GitHub).ShouldBeEmpty();
    }

    [Fact]
    public void Each_server_gets_the_escapes_it_asks_for()
    {
        var record = SampleRuns.Cancelled with { Diagnoses = [new FailureDiagnosis(FailureClass.Cancelled, null, "50%, a:b; [c] 'd' |é", [], "next", "cmd")] };

        Lines(record, CiHost.GitHub).ShouldBe(["::error title=Cancelled::50%25, a:b; [c] 'd' |é%0Anext%0Acmd"]);
        Lines(record, CiHost.Azure).ShouldBe(["##vso[task.logissue type=error;code=cancelled]50%AZP25, a:b; [c] 'd' |é%0Anext%0Acmd"]);
        Lines(record, CiHost.TeamCity).ShouldBe(["##teamcity[buildProblem identity='cancelled' description='50%, a:b; |[c|] |'d|' |||0x00E9|nnext|ncmd']"]);
    }

    [Fact]
    public void No_text_can_begin_a_command_of_its_own() => Gen.Select(Gen.OneOf(Gen.String, Gen.Int[0, 2].Select(index => Commands[index])), Gen.Int[0, 2].Select(index => Servers[index]))
        .Sample((text, host) =>
        {
            var finding = new Finding("VC105", FailureClass.BuildContextNotFound, Certainty.Certain, text, "services/brain-api", text)
            { Service = "brain-api", File = "phases/compose.yml", Line = 3 };
            var lines = Lines(SampleRuns.BuildFailed with { Verified = Stack.Verify(Stack.Rollout, finding) }, host);

            lines.ShouldAllBe(line => !line.Contains('\n') && !line.Contains('\r'));
            lines.Count.ShouldBe(host == CiHost.TeamCity ? 3 : 2);
            if (host == CiHost.TeamCity)
                lines.ShouldAllBe(line => line.EndsWith("']", StringComparison.Ordinal) && Unescaped(line) == 1);
        }, iter: 80);

    [Fact]
    public void The_server_is_known_by_its_variable()
    {
        CiHosts.Detect(new Dictionary<string, string> { ["TF_BUILD"] = "True" }).ShouldBe(CiHost.Azure);
        CiHosts.Detect(new Dictionary<string, string> { ["GITHUB_ACTIONS"] = "true" }).ShouldBe(CiHost.GitHub);
        CiHosts.Detect(new Dictionary<string, string> { ["GITLAB_CI"] = "true" }).ShouldBe(CiHost.GitLab);
        CiHosts.Detect(new Dictionary<string, string> { ["TEAMCITY_VERSION"] = "2026.1" }).ShouldBe(CiHost.TeamCity);
        CiHosts.Detect(new Dictionary<string, string> { ["TEAMCITY_VERSION"] = "", ["CI"] = "true" }).ShouldBe(CiHost.None);
    }

    private static readonly CiHost[] Servers = [CiHost.GitHub, CiHost.Azure, CiHost.TeamCity];

    private static readonly string[] Commands = ["\n::error::x", "\r\n##vso[task.complete result=Failed;]", "']\n##teamcity[buildStop comment='x']"];

    // Brackets that end the message: those not escaped with a bar.
    private static int Unescaped(string line)
    {
        var count = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '|')
                i++;
            else if (line[i] == ']')
                count++;
        }

        return count;
    }

    private static IReadOnlyList<string> Lines(RunRecord record, CiHost host) => Annotations.Lines(ReportModelBuilder.Build(record, new Redactor()), host);
}
