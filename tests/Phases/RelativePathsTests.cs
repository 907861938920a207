using PhasedRollout.Compose;
using PhasedRollout.Phases;

namespace PhasedRollout.Tests.Phases;

public class RelativePathsTests
{
    [Theory]
    [InlineData("services: { a: { build: . } }", "services: { a: { build: ../stack } }")]
    [InlineData("services: { a: { build: { context: ./api, dockerfile: ./D } } }",
        "services: { a: { build: { context: ../stack/api, dockerfile: ./D } } }")]
    [InlineData("services: { a: { build: api/x } }", "services: { a: { build: ../stack/api/x } }")]
    [InlineData("services: { a: { build: '${CTX:-./api}' } }", "services: { a: { build: '${CTX:-../stack/api}' } }")]
    [InlineData("services: { a: { build: { context: ., additional_contexts: { r: ./r, i: 'docker-image://x', s: 'service:b' } } } }",
        "services: { a: { build: { context: ../stack, additional_contexts: { r: ../stack/r, i: 'docker-image://x', s: 'service:b' } } } }")]
    [InlineData("services: { a: { build: { context: ., additional_contexts: [r=./r] } } }",
        "services: { a: { build: { context: ../stack, additional_contexts: [r=../stack/r] } } }")]
    [InlineData("services: { a: { build: { context: ., ssh: [default] } } }", "services: { a: { build: { context: ../stack, ssh: [default] } } }")]
    [InlineData("services: { a: { env_file: .env } }", "services: { a: { env_file: ../stack/.env } }")]
    [InlineData("services: { a: { env_file: [a.env, /b.env, ~/c.env] } }", "services: { a: { env_file: [../stack/a.env, /b.env, ~/c.env] } }")]
    [InlineData("services: { a: { env_file: [{ path: ./a.env, required: false }] } }",
        "services: { a: { env_file: [{ path: ../stack/a.env, required: false }] } }")]
    [InlineData("services: { a: { env_file: '${DIR}/a.env' } }", "services: { a: { env_file: '${DIR}/a.env' } }")]
    [InlineData("services: { a: { volumes: ['./d:/d:ro', 'data:/d', '/abs:/d', '/anon', '../up:/d'] } }",
        "services: { a: { volumes: ['../stack/d:/d:ro', 'data:/d', '/abs:/d', '/anon', '../stack/../up:/d'] } }")]
    [InlineData("services: { a: { volumes: ['${D:-./d}:/d', '${D:-data}:/d', '${D}:/d', './${D}:/d'] } }",
        "services: { a: { volumes: ['${D:-../stack/d}:/d', '${D:-data}:/d', '${D}:/d', '../stack/${D}:/d'] } }")]
    [InlineData("services: { a: { volumes: [{ type: bind, source: d, target: /d }, { type: volume, source: d, target: /e }] } }",
        "services: { a: { volumes: [{ type: bind, source: ../stack/d, target: /d }, { type: volume, source: d, target: /e }] } }")]
    [InlineData("services: { a: { extends: { file: 'base-${X}.yml', service: b } } }", "services: { a: { extends: { file: '../stack/base-${X}.yml', service: b } } }")]
    [InlineData("services: { a: { working_dir: ./x, command: [./run] } }", "services: { a: { working_dir: ./x, command: [./run] } }")]
    [InlineData("configs: { c: { file: ./c } }", "configs: { c: { file: ../stack/c } }")]
    [InlineData("secrets: { c: { file: c, name: ./c } }", "secrets: { c: { file: ../stack/c, name: ./c } }")]
    [InlineData("volumes: { v: { driver_opts: { type: none, o: bind, device: ./d } } }",
        "volumes: { v: { driver_opts: { type: none, o: bind, device: ../stack/d } } }")]
    [InlineData("volumes: { v: { driver_opts: { type: nfs, o: 'addr=x', device: ./d } } }",
        "volumes: { v: { driver_opts: { type: nfs, o: 'addr=x', device: ./d } } }")]
    [InlineData("include: [a.yml, { path: [b.yml], env_file: b.env }]", "include: [../stack/a.yml, { path: [../stack/b.yml], env_file: ../stack/b.env }]")]
    public void A_relative_path_is_rewritten_where_Compose_would_resolve_it(string written, string moved) =>
        Rewrite(written, "/srv/stack", "/srv/phases").ShouldBe(Write(moved));

    [Fact]
    public void In_the_same_folder_nothing_is_rewritten() =>
        Rewrite("services: { a: { build: ./api } }", "/srv/phases", "/srv/phases/").ShouldBe(Write("services: { a: { build: ./api } }"));

    [Fact]
    public void A_path_below_the_phase_files_stays_a_path() =>
        Rewrite("services: { a: { volumes: ['./d:/d'] } }", "/srv/phases/stack", "/srv/phases")
            .ShouldBe(Write("services: { a: { volumes: ['./stack/d:/d'] } }"));

    private static string Rewrite(string text, string from, string to) => ComposeWriter.Write(new RelativePaths(from, to).Rewrite(Parse(text)));

    private static string Write(string text) => ComposeWriter.Write(Parse(text));

    private static ComposeMapping Parse(string text) => ComposeReader.Parse(text, "compose.yml").Root;
}
