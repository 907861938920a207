using System.Globalization;
using System.Text;
using System.Xml;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports.Checks;

/// <summary>The run as test results, which every build server shows: a suite for the contexts, one for each phase, one for the targets
/// (the JUnit form that Jenkins and GitLab read; https://github.com/testmoapp/junitxml describes it).</summary>
internal static class JUnitReport
{
    public static string Render(ReportModel model)
    {
        Suite[] suites = [Checks(model), .. model.Phases.Select(phase => PhaseSuite(model, phase)), Targets(model)];
        var text = new StringBuilder();
        var settings = new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true };
        using (var xml = XmlWriter.Create(text, settings))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteAttributeString("name", model.Project ?? model.ComposeFile);
            WriteCounts(xml, [.. suites.SelectMany(suite => suite.Cases)], model.FinishedAt - model.StartedAt);
            foreach (var suite in suites.Where(suite => suite.Cases.Count > 0))
                WriteSuite(xml, suite);
            xml.WriteEndElement();
        }

        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + text.Append('\n');
    }

    private static Suite Checks(ReportModel model)
    {
        var blocking = model.Findings.Where(finding => finding.Blocks).ToList();
        var wholeFile = new Case("checks", "compose file",
            blocking.Count > 0 ? Failed(blocking) : null,
            null,
            [.. model.Findings.Select(Line)]);
        return new Suite("Contexts and checks", model.StartedAt, null,
        [
            wholeFile,
            .. model.Services.Select(service => new Case("checks", service.Name,
                service.Verdict == Contexts.Verdict.Blocked ? Failed(service.Findings.Where(finding => finding.Blocks)) : null,
                service.Verdict == Contexts.Verdict.Unknown ? "its build context could not be looked up" : null,
                [.. service.Findings.Select(Line)])),
        ]);
    }

    private static Suite PhaseSuite(ReportModel model, ReportPhase phase)
    {
        var name = FormattableString.Invariant($"Phase {phase.Number}: {phase.Title}");
        return new Suite(name, phase.StartedAt, phase.FinishedAt - phase.StartedAt,
            [.. phase.Services.Select(service => PhaseCase(model, phase, service))]);
    }

    private static Case PhaseCase(ReportModel model, ReportPhase phase, string name)
    {
        var suite = FormattableString.Invariant($"phase-{phase.Number}");
        var service = model.Services.FirstOrDefault(candidate => candidate.Name == name);
        string[] lines = [.. (service?.Health ?? []).Select(term => $"{term.Name}: {term.Observed}"), .. phase.Undo];
        var cause = model.Diagnoses.FirstOrDefault(diagnosis => diagnosis.Service == name);
        if (cause is not null && phase.StartedAt is not null)
            return new Case(suite, name, new Failure(cause.Failure.Name(), cause.Cause, [.. cause.Evidence, cause.Remedy, cause.NextCommand]), null, lines);

        return phase.Outcome switch
        {
            PhaseResult.NotStarted => new Case(suite, name, null, "the phase was not started", lines),
            PhaseResult.Succeeded or PhaseResult.Unchanged when service?.State != ServiceState.Failed => new Case(suite, name, null, null, lines),
            _ when service?.State == ServiceState.Failed => new Case(suite, name, new Failure("unhealthy", service.StateReason, []), null, lines),
            _ => new Case(suite, name, null, $"the phase {phase.Outcome.Name().Replace('-', ' ')}", lines),
        };
    }

    private static Suite Targets(ReportModel model)
    {
        var causes = model.Diagnoses.SelectMany(diagnosis =>
            (string[])[$"{diagnosis.Failure.Name()}: {diagnosis.Cause}", .. diagnosis.Evidence.Select(line => "  " + line), diagnosis.Remedy, diagnosis.NextCommand]).ToList();
        return new Suite("Targets", model.StartedAt, model.FinishedAt - model.StartedAt,
        [
            .. model.Targets.Select(target => target.Status switch
            {
                "Failed" or "Aborted" => new Case("targets", target.Name,
                    new Failure(model.Diagnoses.Count > 0 ? model.Diagnoses[0].Failure.Name() : "unknown", model.Diagnoses.Count > 0 ? model.Diagnoses[0].Cause : target.Status, causes), null, []),
                "Succeeded" => new Case("targets", target.Name, null, null, []),
                var status => new Case("targets", target.Name, null, status, []),
            }),
        ]);
    }

    private static Failure Failed(IEnumerable<Finding> findings)
    {
        var all = findings.ToList();
        return new Failure(all[0].Failure.Name(), all[0].Message, [.. all.Select(Line)]);
    }

    private static string Line(Finding finding)
    {
        var accepted = finding.Accepted is { } reason ? $" (accepted: {reason})" : "";
        return $"{finding.Rule} {finding.Certainty.Name()} {finding.Where}: {finding.Message}; {finding.Suggestion}{accepted}";
    }

    private static void WriteSuite(XmlWriter xml, Suite suite)
    {
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", suite.Name);
        WriteCounts(xml, suite.Cases, suite.Took);
        if (suite.StartedAt is { } started)
            xml.WriteAttributeString("timestamp", started.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        foreach (var test in suite.Cases)
            WriteCase(xml, test);
        xml.WriteEndElement();
    }

    private static void WriteCase(XmlWriter xml, Case test)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", test.Suite);
        xml.WriteAttributeString("name", test.Name);
        if (test.Failure is { } failure)
        {
            xml.WriteStartElement("failure");
            xml.WriteAttributeString("type", failure.Type);
            xml.WriteAttributeString("message", failure.Message);
            xml.WriteString(string.Join('\n', failure.Lines));
            xml.WriteEndElement();
        }
        else if (test.Skipped is { } reason)
        {
            xml.WriteStartElement("skipped");
            xml.WriteAttributeString("message", reason);
            xml.WriteEndElement();
        }

        if (test.Output.Count > 0)
            xml.WriteElementString("system-out", string.Join('\n', test.Output));
        xml.WriteEndElement();
    }

    private static void WriteCounts(XmlWriter xml, IReadOnlyList<Case> cases, TimeSpan? took)
    {
        xml.WriteAttributeString("tests", Number(cases.Count));
        xml.WriteAttributeString("failures", Number(cases.Count(test => test.Failure is not null)));
        xml.WriteAttributeString("errors", "0");
        xml.WriteAttributeString("skipped", Number(cases.Count(test => test is { Failure: null, Skipped: not null })));
        if (took is { } time)
            xml.WriteAttributeString("time", time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture));
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Suite(string Name, DateTimeOffset? StartedAt, TimeSpan? Took, IReadOnlyList<Case> Cases);

    private sealed record Case(string Suite, string Name, Failure? Failure, string? Skipped, IReadOnlyList<string> Output);

    private sealed record Failure(string Type, string Message, IReadOnlyList<string> Lines);
}
