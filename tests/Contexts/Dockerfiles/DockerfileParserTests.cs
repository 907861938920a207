using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Tests.Contexts.Dockerfiles;

public sealed class DockerfileParserTests
{
    [Fact]
    public void An_instruction_has_its_lines_flags_and_arguments()
    {
        var file = Dockerfile.Parse("FROM alpine AS base\n\nCOPY --chown=a:b --from=\"x y\" \\\n  # a comment within\n  src \\\n\n  dst\n");

        file.Instructions.Select(it => (it.Keyword, it.Line, it.EndLine)).ShouldBe([("FROM", 1, 1), ("COPY", 3, 7)]);
        var copy = file.Instructions[1];
        copy.Arguments.ShouldBe(["src", "dst"]);
        copy.Flag("chown").ShouldBe("a:b");
        copy.Flag("from").ShouldBe("x y");
        copy.Flag("link").ShouldBeNull();
        file.Problems.ShouldHaveSingleItem().Message.ShouldBe("an empty line stands within the instruction; later builders will refuse it");
        file.Problems[0].Line.ShouldBe(3);
    }

    [Theory]
    [InlineData("# escape=`\nFROM a\nRUN x `\n y", "RUN|x  y")]
    [InlineData("# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN x `\n y", "RUN|x  y")]
    [InlineData("# a comment\n# escape=`\nFROM a\nRUN x \\\n y", "RUN|x  y")]
    [InlineData("FROM a\nRUN x \\  \n y", "RUN|x  y")]
    [InlineData("FROM a\nRUN x \\\r\n y\r\n", "RUN|x  y")]
    [InlineData("FROM a\nRUN x \\\\\nRUN y", "RUN|x \\\\")]
    [InlineData("\uFEFFFROM a\nRUN x", "RUN|x")]
    [InlineData("FROM a\nrun [\"x\", \"y z\"]", "RUN|x|y z")]
    [InlineData("FROM a\nRUN ['x', 'y']", "RUN|['x', 'y']")]
    [InlineData("FROM a\nRUN [ -f x ] && echo", "RUN|[ -f x ] && echo")]
    [InlineData("FROM a\nRUN --mount=type=cache,target=/x -- echo --no", "RUN|echo --no")]
    [InlineData("FROM a\nCOPY [\"a b\", \"c\"]", "COPY|a b|c")]
    [InlineData("FROM a\nEXPOSE 80\t81/udp  82", "EXPOSE|80|81/udp|82")]
    [InlineData("FROM a\nHEALTHCHECK --interval=5s CMD curl -f  x || exit 1", "HEALTHCHECK|CMD|curl -f  x || exit 1")]
    [InlineData("FROM a\nHEALTHCHECK CMD [\"a\",\"b\"]", "HEALTHCHECK|CMD|a|b")]
    [InlineData("FROM a\nHEALTHCHECK NONE", "HEALTHCHECK|NONE")]
    [InlineData("FROM a\nWORKDIR /a b", "WORKDIR|/a b")]
    [InlineData("FROM a\nCMD", "CMD")]
    public void Arguments_are_taken_apart_as_the_builder_does(string text, string expected)
    {
        var instruction = Dockerfile.Parse(text).Instructions[1];

        string.Join('|', [instruction.Keyword, .. instruction.Arguments]).ShouldBe(expected);
    }

    [Theory]
    [InlineData("ENV a b c", "a=b c")]
    [InlineData("ENV a=b c=\"d e\" f='g h' i=j\\ k", "a=b;c=\"d e\";f='g h';i=j\\ k")]
    [InlineData("ENV a=", "a=")]
    [InlineData("ENV a=\"\"", "a=\"\"")]
    [InlineData("LABEL x.y=z", "x.y=z")]
    [InlineData("ARG a", "a")]
    [InlineData("ARG a=1 b c=$d", "a=1;b;c=$d")]
    public void Names_and_values_are_read_in_every_form(string text, string expected)
    {
        var pairs = Dockerfile.Parse("FROM a\n" + text).Instructions[1].Pairs;

        string.Join(';', pairs.Select(pair => pair.Value is null ? pair.Name : $"{pair.Name}={pair.Value}")).ShouldBe(expected);
    }

    [Fact]
    public void Heredocs_are_read_in_the_order_of_their_words()
    {
        var file = Dockerfile.Parse("FROM a\nRUN <<A cat <<-\"B\" >x\none\nA\n\ttwo $x\n\tB\nCOPY <<EOF /f\nFROM no\nEOF\nCMD x");

        file.Instructions.Select(it => (it.Keyword, it.Line, it.EndLine)).ShouldBe([("FROM", 1, 1), ("RUN", 2, 6), ("COPY", 7, 9), ("CMD", 10, 10)]);
        file.Instructions[1].Heredocs.ShouldBe([new Heredoc("A", true, false, "one\n", 3), new Heredoc("B", false, true, "\ttwo $x\n", 5)]);
        file.Instructions[2].Heredocs.ShouldBe([new Heredoc("EOF", true, false, "FROM no\n", 8)]);
        file.Problems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("RUN echo $((1<<2))")]
    [InlineData("RUN cat <<<word")]
    [InlineData("RUN echo \"<<EOF\"")]
    [InlineData("RUN [\"cat\", \"<<EOF\"]")]
    [InlineData("RUN a << b")]
    [InlineData("CMD cat <<EOF")]
    public void What_only_looks_like_a_heredoc_is_none(string text) =>
        Dockerfile.Parse($"FROM a\n{text}\nUSER b").Instructions.Select(it => it.Keyword).ShouldBe(["FROM", text.Split(' ')[0], "USER"]);

    [Fact]
    public void Onbuild_holds_an_instruction()
    {
        var file = Dockerfile.Parse("FROM a\nONBUILD COPY --from=x . /app\nONBUILD RUN <<EOF\nx\nEOF");

        file.Instructions[1].Trigger!.Arguments.ShouldBe([".", "/app"]);
        file.Instructions[1].Trigger!.Flag("from").ShouldBe("x");
        file.Instructions[2].Heredocs.ShouldHaveSingleItem();
        file.Problems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", 1, "the file has no instructions")]
    [InlineData("# only\n", 1, "the file has no instructions")]
    [InlineData("ARG a", 1, "the file has no FROM, so there is nothing to build")]
    [InlineData("RUN x\nFROM a", 1, "RUN stands before the first FROM")]
    [InlineData("FROM a\nRNU x", 2, "'RNU' is no instruction")]
    [InlineData("FROM a\nRUN x \\\ny\n&& z", 4, "'&&' is no instruction")]
    [InlineData("FROM a AS\n", 1, "FROM takes an image, or an image, AS and a name")]
    [InlineData("FROM a AS 1x", 1, "'1x' is no stage name")]
    [InlineData("FROM", 1, "FROM takes an image, or an image, AS and a name")]
    [InlineData("FROM a\nCOPY x", 2, "COPY has no destination")]
    [InlineData("FROM a\nCOPY x <<EOF\nEOF", 2, "COPY has a heredoc as its destination")]
    [InlineData("FROM a\nRUN <<EOF\nx", 2, "the heredoc 'EOF' is not closed")]
    [InlineData("FROM a\nENV x", 2, "ENV x has no value")]
    [InlineData("FROM a\nENV a=b c", 2, "'c' in ENV has no equals sign")]
    [InlineData("FROM a\nENV =b", 2, "a name in ENV is empty")]
    [InlineData("FROM a\nLABEL", 2, "LABEL has no argument")]
    [InlineData("FROM a\nARG", 2, "ARG has no name")]
    [InlineData("FROM a\nARG =x", 2, "a name in ARG is empty")]
    [InlineData("FROM a\nSHELL sh", 2, "SHELL is no JSON array")]
    [InlineData("FROM a\nSHELL []", 2, "SHELL is no JSON array")]
    [InlineData("FROM a\nCMD [1]", 2, "the JSON array of CMD holds something else than strings")]
    [InlineData("FROM a\nCMD [\"a\", [\"b\"]]", 2, "the JSON array of CMD holds something else than strings")]
    [InlineData("FROM a\nONBUILD ONBUILD RUN x", 2, "ONBUILD is not allowed in ONBUILD")]
    [InlineData("FROM a\nONBUILD FROM x", 2, "FROM is not allowed in ONBUILD")]
    [InlineData("FROM a\nONBUILD", 2, "ONBUILD has no instruction")]
    [InlineData("FROM a\nHEALTHCHECK", 2, "HEALTHCHECK has no argument")]
    [InlineData("FROM a\nHEALTHCHECK CMD", 2, "HEALTHCHECK CMD has no command")]
    [InlineData("FROM a\nHEALTHCHECK NONE x", 2, "HEALTHCHECK NONE takes no arguments")]
    [InlineData("FROM a\nHEALTHCHECK curl x", 2, "HEALTHCHECK knows CMD and NONE, not 'CURL'")]
    [InlineData("FROM a\nHEALTHCHECK --interval=5 CMD x", 2, "--interval=5 is no duration of a millisecond or more")]
    [InlineData("FROM a\nHEALTHCHECK --retries=-1 CMD x", 2, "--retries=-1 is no number of 1 or more")]
    [InlineData("FROM a\nEXPOSE", 2, "EXPOSE has no argument")]
    [InlineData("FROM a\nWORKDIR", 2, "WORKDIR has no value")]
    [InlineData("FROM a\nUSER --x y", 2, "USER has no flag --x")]
    [InlineData("FROM a\nCOPY --from x /y z", 2, "--from has no value")]
    [InlineData("FROM a\nCOPY --link=maybe x y", 2, "--link is true or false, not 'maybe'")]
    [InlineData("FROM a\nCOPY --from=b --from=c x y", 2, "--from stands twice")]
    [InlineData("# escape=x\nFROM a", 1, "'x' is no escape character")]
    [InlineData("# escape=`\n# escape=`\nFROM a", 2, "only one escape parser directive can be used")]
    [InlineData("FROM a\nRUN x \\", 2, null)]
    [InlineData("FROM a\n\\", 2, "a line continuation continues nothing")]
    [InlineData("FROM a\nCMD [\"a\", \"b\",]", 2, null)]
    [InlineData("FROM a\nCOPY --from=b --exclude=c --exclude=d --parents --link --chmod=1 --chown=2 x y", 2, null)]
    [InlineData("FROM --platform=$BUILDPLATFORM a AS B-c.d_1", 2, null)]
    public void What_a_builder_refuses_is_said_with_its_line(string text, int line, string? message) =>
        Dockerfile.Parse(text).Problems.Where(problem => problem.Kind == ProblemKind.Refused).Select(problem => (problem.Line, problem.Message))
            .ShouldBe(message is null ? [] : [(line, message)]);

    [Fact]
    public void A_flag_of_a_later_builder_may_be_right()
    {
        var problem = Dockerfile.Parse("FROM a\nCOPY --form=b x y").Problems.ShouldHaveSingleItem();

        (problem.Kind, problem.Message, problem.Remedy).ShouldBe((ProblemKind.RefusedBySome, "COPY has no flag --form", "--from"));
    }

    [Theory]
    [InlineData("# syntax=docker/dockerfile:1.7-labs\nFROM a", "docker/dockerfile:1.7-labs", false)]
    [InlineData("#syntax = docker.io/docker/dockerfile@sha256:00  extra\nFROM a", "docker.io/docker/dockerfile@sha256:00", false)]
    [InlineData("#!/usr/bin/env x\n# syntax=r2d4/mockerfile\nFROM a", "r2d4/mockerfile", true)]
    [InlineData("// syntax=x/y\n", "x/y", true)]
    [InlineData("{ \"syntax\": \"x/z\" }", "x/z", true)]
    [InlineData("FROM a\n# syntax=x/y", null, false)]
    [InlineData("# hello\n# syntax=x/y\nFROM a", null, false)]
    public void The_frontend_is_known(string text, string? frontend, bool isForeign)
    {
        var file = Dockerfile.Parse(text);

        (file.Syntax, file.HasForeignSyntax).ShouldBe((frontend, isForeign));
    }

    [Fact]
    public void A_line_may_have_as_many_bytes_as_a_builder_reads()
    {
        Dockerfile.Parse($"FROM a\nRUN {new string('x', 65531)}\nUSER y").Problems.ShouldBeEmpty();
        Dockerfile.Parse($"FROM a\nRUN {new string('x', 65532)}\nUSER y").Problems.ShouldHaveSingleItem().Line.ShouldBe(2);
    }
}
