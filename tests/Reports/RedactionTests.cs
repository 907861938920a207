using PhasedRollout.Compose;
using PhasedRollout.Contexts;
using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Phases;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Reports;

public class RedactionTests
{
    private const string Core = "CANARY";

    public static TheoryData<string> Secrets =>
    [
        "CANARY",
        "&CANARY<\"'>",
        "pa|CANARY|ss`*_",
        "line one CANARY\nline CANARY two",
        "CANARY\\\"\t/@:%",
        "CANARYé✓😀",
        "-----BEGIN KEY-----\nCANARY\nCANARY\n-----END KEY-----",
    ];

    [Theory]
    [MemberData(nameof(Secrets))]
    public void A_secret_in_any_place_of_a_record_reaches_no_format(string secret)
    {
        var redactor = new Redactor();
        redactor.Add(secret);

        foreach (var text in (string[])[secret, $"before {secret} after", $"postgresql://u:{Uri.EscapeDataString(secret)}@h:5433/db"])
        {
            var verified = Everywhere(text);
            foreach (var record in (RunRecord[])[verified, verified with { Verified = null }, verified with { Verified = null, Phases = null }])
            {
                JsonReport.Render(record, redactor).ShouldNotContain(Core);
                MarkdownReport.Render(record, redactor).ShouldNotContain(Core);
                HtmlReport.Render(record, redactor).ShouldNotContain(Core);
            }
        }
    }

    [Fact]
    public void Without_a_redactor_the_canary_sings_so_that_the_test_above_means_something()
    {
        var record = Everywhere(Core);

        JsonReport.Render(record, new Redactor()).ShouldContain(Core);
        MarkdownReport.Render(record, new Redactor()).ShouldContain(Core);
        HtmlReport.Render(record, new Redactor()).ShouldContain(Core);
    }

    [Fact]
    public void A_secret_of_several_lines_is_found_although_its_lines_stand_apart()
    {
        var redactor = new Redactor();
        redactor.Add("first half\nsecond half");

        new ReportText(redactor).Clean(["log: first half", "second half.", "end"]).ShouldBe([$"log: {Redactor.Mask}.", "end"]);
    }

    [Theory]
    [InlineData("postgresql://user:hunter2@vps:5433/db", "postgresql://user:[REDACTED]@vps:5433/db")]
    [InlineData("redis://:hunter2@vps:6380", "redis://:[REDACTED]@vps:6380")]
    [InlineData("https://ghp_abc@github.com/acme/platform.git#main", "https://[REDACTED]@github.com/acme/platform.git#main")]
    [InlineData("https://x-access-token:ghp_abc@github.com/a", "https://[REDACTED]@github.com/a")]
    [InlineData("ssh://git@github.com/acme/platform.git", "ssh://git@github.com/acme/platform.git")]
    [InlineData("see https://example.org/@name and a@b", "see https://example.org/@name and a@b")]
    public void The_password_of_a_URL_is_masked_even_when_nobody_said_that_it_is_secret(string text, string expected) =>
        new ReportText(new Redactor()).Clean(text).ShouldBe(expected);

    [Fact]
    public void A_secret_that_a_colour_code_was_put_into_is_found()
    {
        var redactor = new Redactor();
        redactor.Add("hunter2hunter2");

        new ReportText(redactor).Clean("hunter2\u001b[31mhunter2\u001b]8;;http://x\u0007").ShouldBe(Redactor.Mask);
    }

    private static RunRecord Everywhere(string text)
    {
        var here = new SourceLocation(text, 1, 1);
        var repository = new RepositoryName(text, text);
        var context = new GitHubContext(text, repository, text, text);
        var service = new Service
        {
            Name = text,
            Location = here,
            Image = text,
            Build = new BuildDefinition(text, text) { Reference = context },
        };
        var finding = new Finding(text, FailureClass.PortConflict, Certainty.Certain, text, text, text)
        {
            Service = text,
            File = text,
            Line = 1,
            Evidence = [text],
            NextCommand = text,
            Accepted = text,
        };
        var rollout = new Rollout
        {
            Project = text,
            Source = new ComposeFile([text], new ComposeMapping(here, [])),
            Services = [service],
            Phases = [new PhaseDefinition(1, text, [text])],
        };
        var verified = new VerifiedRollout
        {
            Rollout = rollout,
            Services = [new VerifiedService(service, new VerifiedContext(context, text, text, text, text), true, [finding], Verdict.Ready)],
            Repositories = [new VerifiedRepository(repository, text, text, new ApiUsage(1, 1))],
            Findings = [finding with { Service = null }],
        };
        var health = new ServiceHealth(text, ServiceState.Failed, text, [new HealthTerm(text, false, text)]);
        var outcome = new PhaseOutcome(
            1, PhaseResult.Failed, [new ServiceOutcome(text, ServiceChange.Created, health, text)], new PullFailed(text, text, text) { Undo = [text] });

        return new RunRecord
        {
            Id = text,
            StartedAt = DateTimeOffset.UnixEpoch,
            FinishedAt = DateTimeOffset.UnixEpoch,
            DeployTo = text,
            ExitCode = 1,
            Targets = [new TargetRecord(text, text)],
            ComposeFile = text,
            Project = text,
            Rollout = rollout,
            Verified = verified,
            Phases = PhasePlanner.Plan(verified),
            PreflightFindings = [finding],
            PhaseOutcomes = [new PhaseRecord(outcome, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch)],
            Health = [health],
            Diagnoses = [new FailureDiagnosis(FailureClass.Unknown, text, text, [text], text, text)],
        };
    }
}
