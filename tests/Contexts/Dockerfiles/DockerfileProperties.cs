using System.Diagnostics;
using System.Text;
using CsCheck;
using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Tests.Contexts.Dockerfiles;

public sealed class DockerfileProperties
{
    private static readonly string[] Fragments =
    [
        "FROM ", "scratch", "alpine:3.20", " AS ", "base", "RUN ", "COPY ", "ADD ", "ENV ", "ARG ", "LABEL ", "EXPOSE ", "HEALTHCHECK ", "CMD ", "ENTRYPOINT ",
        "ONBUILD ", "SHELL ", "USER ", "WORKDIR ", "VOLUME ", "STOPSIGNAL ", "MAINTAINER ", "NONE", "--from=", "--mount=", "type=secret,id=x", "--chown=", "--", "--link",
        "--interval=", "5s", "[\"a\", \"b\"]", "['a']", "[", "]", "[[[", "{}", "\"", "'", "\\", "\\\n", "`\n", "`", "\n", "\r\n", "\r", "\t", " ", "#", "# escape=`\n",
        "# syntax=docker/dockerfile:1\n", "# check=skip=all\n", "<<EOF", "<<-EOF", "<<\"EOF\"", "EOF\n", "<<", "$", "${", "}", "$x", "${x:-", "${x#*", "${x/a/b}", "${x:?m}",
        "x=", "=", "8000", "8000/tcp", "8000-9000", "/", ".", "..", "*", "\0", "\uFEFF", "é", "\u00A0", "\uD83D\uDE00", "\u2028", "0", "1",
    ];

    private static readonly string[] Plain = [.. Fragments.Where(it => !it.Contains('\r') && !it.Contains("<<"))];

    private static readonly Gen<string> GenFragment = Gen.Int[0, Fragments.Length - 1].Select(i => Fragments[i]);

    private static readonly Gen<byte[]> GenBytes = Gen.OneOf(
        GenFragment.Array[0, 40].Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))),
        GenFragment.Array[0, 20].Select(parts => Encoding.UTF8.GetBytes("FROM scratch\nARG x=1\n" + string.Concat(parts))),
        Gen.Byte.Array[0, 200],
        Gen.Select(GenFragment.Array[0, 10], Gen.Byte.Array[0, 20], (parts, bytes) => (byte[])[.. Encoding.UTF8.GetBytes(string.Concat(parts)), .. bytes]));

    [Fact]
    public void Any_bytes_are_read_and_evaluated() => GenBytes.Sample(Read, iter: 2_000);

    [Fact]
    public void Every_instruction_stands_within_the_file_and_after_the_one_before() => GenBytes.Sample(
        bytes =>
        {
            var file = Dockerfile.Parse(bytes);
            var lines = bytes.Count(value => value == '\n') + 1;
            var last = 0;
            foreach (var instruction in file.Instructions)
            {
                instruction.Line.ShouldBeInRange(last + 1, lines);
                last = instruction.EndLine;
                last.ShouldBeInRange(instruction.Line, lines);
            }

            file.Problems.ShouldAllBe(problem => problem.Line >= 1 && problem.Line <= lines && problem.Message.Length > 0 && problem.Remedy.Length > 0);
        },
        iter: 1_000);

    [Fact]
    public void Windows_line_ends_change_nothing() => Gen.Int[0, Plain.Length - 1].Select(i => Plain[i]).Array[0, 30].Sample(
        parts =>
        {
            var text = string.Concat(parts);
            var unix = Dockerfile.Parse(text);
            var windows = Dockerfile.Parse(text.Replace("\n", "\r\n", StringComparison.Ordinal));
            windows.Instructions.Select(it => (it.Keyword, it.Line, it.Text)).ShouldBe(unix.Instructions.Select(it => (it.Keyword, it.Line, it.Text)));
        },
        iter: 1_000);

    [Theory]
    [InlineData("FROM scratch\nRUN ", "${a:-")]
    [InlineData("FROM scratch\nUSER ", "${a:-")]
    [InlineData("FROM scratch\nUSER ", "${a/")]
    [InlineData("FROM scratch\nUSER ", "\"${")]
    [InlineData("FROM scratch\n", "ONBUILD ")]
    [InlineData("FROM scratch\nRUN ", "<<E ")]
    [InlineData("FROM scratch\nCOPY ", "<<E ")]
    [InlineData("FROM scratch\nCMD ", "[")]
    [InlineData("FROM scratch\nRUN ", "\\\n")]
    [InlineData("FROM scratch\nENV ", "a=$a ")]
    [InlineData("FROM scratch\nEXPOSE ", "1-65535 ")]
    [InlineData("FROM scratch\nVOLUME ", "a ")]
    [InlineData("FROM scratch\nCOPY ", "--exclude=a ")]
    [InlineData("", "FROM scratch AS a\n")]
    [InlineData("FROM scratch AS a\n", "FROM a AS a\n")]
    [InlineData("FROM scratch\n", "ENV a=$a$a\n")]
    [InlineData("FROM scratch\n", "ONBUILD USER a\n")]
    [InlineData("FROM scratch\nARG a=bbbbbbbbbbbb\n", "ENV b=${a%%*c}\n")]
    [InlineData("", "\n")]
    [InlineData("", "\\")]
    [InlineData("", "#")]
    [InlineData("", "\0")]
    [InlineData("{", "{\"syntax\":")]
    public void A_long_file_of_the_same_is_read_in_linear_time(string start, string part)
    {
        var clock = Stopwatch.StartNew();

        Read(Encoding.UTF8.GetBytes(start + string.Concat(Enumerable.Repeat(part, 200_000 / part.Length))));

        // Seconds at the worst; what is quadratic takes many minutes.
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }

    private static void Read(byte[] bytes)
    {
        var file = Dockerfile.Parse(bytes);
        var evaluated = EvaluatedDockerfile.Of(file, new BuildInputs { Arguments = new Dictionary<string, string?> { ["x"] = null, ["a"] = "b" } });
        evaluated.Stages.Count.ShouldBe(file.Instructions.Count(it => it.Keyword == "FROM"));
        evaluated.Needed.Count.ShouldBeLessThanOrEqualTo(evaluated.Stages.Count);
    }
}
