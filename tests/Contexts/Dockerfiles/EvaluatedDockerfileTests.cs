using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Tests.Contexts.Dockerfiles;

public sealed class EvaluatedDockerfileTests
{
    [Theory]
    [InlineData("$x", "1")]
    [InlineData("${x}y", "1y")]
    [InlineData("\\$x", "$x")]
    [InlineData("'$x'", "$x")]
    [InlineData("\"$x \\\"\"", "1 \"")]
    [InlineData("${x:-2}", "1")]
    [InlineData("${no:-2}", "2")]
    [InlineData("${no-2}", "2")]
    [InlineData("${empty:-2}", "2")]
    [InlineData("${empty-2}", "")]
    [InlineData("${x:+2}", "2")]
    [InlineData("${empty:+2}", "")]
    [InlineData("${empty+2}", "2")]
    [InlineData("${no+2}", "")]
    [InlineData("${no:-${x}3}", "13")]
    [InlineData("${x:?gone}", "1")]
    [InlineData("${path#*/}", "b/c.tar.gz")]
    [InlineData("${path##*/}", "c.tar.gz")]
    [InlineData("${path%.*}", "a/b/c.tar")]
    [InlineData("${path%%.*}", "a/b/c")]
    [InlineData("${path/b/x}", "a/x/c.tar.gz")]
    [InlineData("${path//a/x}", "x/b/c.txr.gz")]
    [InlineData("${path/\\//-}", "a-b/c.tar.gz")]
    [InlineData("$no", "")]
    [InlineData("$", "$")]
    public void Variables_expand_as_in_a_builder(string word, string expected) =>
        Evaluate($"ARG x=1\nARG empty=\nARG path=a/b/c.tar.gz\nFROM scratch\nARG x\nARG empty\nARG path\nUSER {word}").Target!.User.ShouldBe(expected);

    [Theory]
    [InlineData("${x:?gone}", "USER cannot be expanded: x: gone")]
    [InlineData("${x?}", "USER cannot be expanded: x: is not allowed to be unset")]
    [InlineData("${x:-y", "USER cannot be expanded: syntax error: missing '}'")]
    [InlineData("${x", "USER cannot be expanded: unsupported modifier () in substitution")]
    [InlineData("${}", "USER cannot be expanded: syntax error: bad substitution")]
    [InlineData("${x!}", "USER cannot be expanded: unsupported modifier (!) in substitution")]
    [InlineData("\"x", "USER cannot be expanded: unexpected end of statement while looking for matching double-quote")]
    [InlineData("'x", "USER cannot be expanded: unexpected end of statement while looking for matching single-quote")]
    public void What_cannot_be_expanded_is_a_problem_of_its_stage(string word, string message)
    {
        var stage = Evaluate($"FROM scratch\nUSER {word}").Target!;

        (stage.Problems.ShouldHaveSingleItem().Message, stage.Problems[0].Line, stage.User).ShouldBe((message, 2, null));
    }

    [Fact]
    public void What_the_base_image_may_set_is_unknown()
    {
        var stage = Evaluate("FROM alpine\nENV a=1 b=$c\nUSER $d\nEXPOSE $e\nWORKDIR x").Target!;

        stage.Environment.ShouldBe(new Dictionary<string, string?> { ["a"] = "1", ["b"] = null }, ignoreOrder: true);
        (stage.User, stage.HasUnknownPorts, stage.WorkingDirectory, stage.BaseImage).ShouldBe((null, true, null, "alpine"));
        (stage.Entrypoint, stage.Command, stage.Healthcheck).ShouldBe((null, null, null));
    }

    [Fact]
    public void A_stage_inherits_from_the_one_it_is_built_from()
    {
        var stage = Evaluate(
            """
            FROM alpine AS Base
            ENV PORT=8000 NAME=x
            WORKDIR /app
            EXPOSE $PORT 9000-9002/UDP
            USER app
            HEALTHCHECK --interval=5s --retries=2 CMD curl localhost:$PORT
            CMD ["a"]
            FROM base
            WORKDIR sub/../other
            ENV NAME=$NAME-y
            ENTRYPOINT ["b"]
            """).Target!;

        stage.Environment.ShouldBe(new Dictionary<string, string?> { ["PORT"] = "8000", ["NAME"] = "x-y" }, ignoreOrder: true);
        (stage.WorkingDirectory, stage.User, stage.BaseImage).ShouldBe(("/app/other", "app", "alpine"));
        stage.ExposedPorts.ShouldBe([new ExposedPort(8000, 8000, "tcp", 4), new ExposedPort(9000, 9002, "udp", 4)]);
        stage.Entrypoint!.Words.ShouldBe(["b"]);
        stage.Command.ShouldBe(ImageCommand.None);
        stage.Healthcheck!.Test.ShouldBe(["CMD-SHELL", "curl localhost:$PORT"]);
        (stage.Healthcheck.Interval, stage.Healthcheck.Retries).ShouldBe((TimeSpan.FromSeconds(5), 2));
    }

    [Fact]
    public void Arguments_of_the_build_reach_the_stages_that_declare_them()
    {
        var file = Evaluate(
            "ARG v=1\nARG w\nFROM base:$v\nARG v\nARG own=$v-2\nARG late\nUSER $own\nVOLUME $w", new() { ["v"] = "3", ["late"] = null, ["stranger"] = "x" });

        (file.Target!.BaseName, file.Target.User).ShouldBe(("base:3", "3-2"));
        file.Target.Volumes.ShouldBe([null]);
        file.Target.Arguments.Select(it => (it.Name, it.HasDefault, it.IsPassed, it.IsUnset)).ShouldBe(
            [("v", true, true, false), ("own", true, false, false), ("late", false, true, false)]);
        file.Arguments.Select(it => (it.Name, it.IsUnset)).ShouldBe([("v", false), ("w", true)]);
    }

    [Theory]
    [InlineData("ARG a\nFROM $a", "FROM $a names no image: it is empty")]
    [InlineData("FROM x$\u007Ba:?no\u007D", "FROM cannot be expanded: a: no")]
    public void A_base_that_is_empty_is_a_problem(string text, string message) =>
        Evaluate(text).Stages[0].Problems.ShouldHaveSingleItem().Message.ShouldBe(message);

    [Fact]
    public void A_platform_is_not_guessed() =>
        Evaluate("FROM scratch\nARG TARGETARCH\nWORKDIR /$TARGETARCH").Target!.WorkingDirectory.ShouldBeNull();

    [Fact]
    public void An_argument_that_meets_a_variable_of_its_name_is_unknown() =>
        Evaluate("FROM scratch\nENV a=1\nARG a=2\nUSER $a").Target!.User.ShouldBeNull();

    [Fact]
    public void The_builder_leaves_out_what_the_target_does_not_need()
    {
        var file = Evaluate(
            """
            FROM a AS one
            FROM b AS two
            FROM c AS three
            FROM one AS four
            COPY --from=two x y
            RUN --mount=from=0,target=/x true
            FROM d AS five
            """, target: "FOUR");

        file.Target!.Name.ShouldBe("four");
        file.Stages.Where(file.IsNeeded).Select(stage => stage.Name).ShouldBe(["one", "two", "four"]);
        file.Stages.Where(file.IsBuiltByClassicBuilder).Select(stage => stage.Name).ShouldBe(["one", "two", "three", "four"]);
        file.Find("2")!.Name.ShouldBe("three");
        file.Find("9").ShouldBeNull();
        Evaluate("FROM a", target: "gone").Target.ShouldBeNull();
    }

    [Fact]
    public void A_named_context_stands_in_for_a_base_or_a_stage()
    {
        var file = EvaluatedDockerfile.Of(
            Dockerfile.Parse("FROM alpine AS base\nUSER a\nFROM scratch AS rest\nFROM base"),
            new BuildInputs { NamedContexts = ["alpine", "rest"] });

        file.Stages.Select(stage => (stage.IsReplaced, stage.BaseImage)).ShouldBe([(true, null), (true, null), (false, null)]);
    }

    [Fact]
    public void A_variable_that_doubles_with_every_line_is_given_up()
    {
        var lines = Enumerable.Range(0, 2000).Select(i => $"ENV a=$a$a b{i}=$a");

        Evaluate($"FROM scratch\nENV a=xxxxxxxx\n{string.Join('\n', lines)}").Target!.Environment["a"].ShouldBeNull();
    }

    [Fact]
    public void Triggers_run_in_the_stage_built_from_theirs() =>
        Evaluate("FROM scratch AS a\nONBUILD USER b\nFROM a").Target!.User.ShouldBe("b");

    private static EvaluatedDockerfile Evaluate(string text, Dictionary<string, string?>? arguments = null, string? target = null) =>
        EvaluatedDockerfile.Of(Dockerfile.Parse(text), new BuildInputs { Arguments = arguments ?? [], Target = target });
}
