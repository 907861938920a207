using PhasedRollout.Compose;

namespace PhasedRollout.Tests.Compose;

public class ComposeSchemaTests
{
    [Theory]
    [InlineData("services: { web: { image: x, prots: ['80:80'] } }", "services/web/prots: unknown key 'prots'; did you mean 'ports'?")]
    [InlineData("servces: {}", "servces: unknown key 'servces'; did you mean 'services'?")]
    [InlineData("services: { web: { build: { contxt: x } } }", "services/web/build/contxt: unknown key 'contxt'; did you mean 'context'?")]
    [InlineData("services: { web: { image: x, zzzzzz: 1 } }", "services/web/zzzzzz: unknown key 'zzzzzz'; remove it; a key of your own starts with 'x-'")]
    [InlineData("networks: { n: { extern: true } }", "networks/n/extern: unknown key 'extern'; did you mean 'external'?")]
    [InlineData("volumes: { v: { qqq: true } }", "volumes/v/qqq: unknown key 'qqq'; the keys here are driver, driver_opts, external, labels, name")]
    [InlineData("services: { web: { image: 1 } }", "services/web/image: the number 1 stands where a text is expected; put it in quotes: \"1\"")]
    [InlineData("services: { web: { image: } }", "services/web/image: nothing stands where a text is expected; write a value, or remove the key")]
    [InlineData("services: { web: { command: [echo, 1] } }", "services/web/command/1: the number 1 stands where a text is expected; put it in quotes: \"1\"")]
    [InlineData("services: { web: { ports: '80:80' } }", "services/web/ports: a text stands where a list is expected; write a list: each item on a line of its own that starts with '- '")]
    [InlineData("services: { web: { stop_grace_period: 10 } }", "services/web/stop_grace_period: the number 10 stands where a text is expected; put it in quotes: \"10\"")]
    [InlineData("services: { web: { labels: { a: [1] } } }", "services/web/labels/a: a list stands where a text, a number, true or false is expected; write a text, a number, true or false")]
    [InlineData("services: [web]", "services: a list stands where a mapping is expected; write 'name: value' on lines of their own below it")]
    [InlineData("services: { web: text }", "services/web: a text stands where a mapping is expected; write a mapping with keys such as 'annotations:' on lines of their own below it")]
    [InlineData("services: { web: }", "services/web: nothing stands where a mapping is expected; write a value, or remove the key")]
    [InlineData("services: { 'we b': { image: x } }", "services/we b: 'we b' is no name; use letters, digits, '.', '_' and '-'")]
    [InlineData("services: { web: { volumes: [{ target: /x }] } }", "services/web/volumes/0: 'type' is missing; add 'type:'")]
    [InlineData("services: { web: { depends_on: { db: { condition: service_helthy } } } }", "services/web/depends_on/db/condition: 'service_helthy' is not one of the words that may stand here; did you mean 'service_healthy'?")]
    [InlineData("version: 3", "version: the number 3 stands where a text is expected; put it in quotes: \"3\"")]
    public void What_the_specification_does_not_know_is_named_with_its_path_and_what_would_be_right(string text, string message)
    {
        var problem = ComposeReader.Parse(text, "f").Problems.ShouldHaveSingleItem();

        $"{problem.Where}: {problem.What}; {problem.Remedy}".ShouldBe(message);
        problem.Location.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("version: '3.8'")]
    [InlineData("services:\nnetworks:\nvolumes:\n")]
    [InlineData("x-anything: { at: [all] }")]
    [InlineData("services: { web: { x-own: 1, build: { x-own: 1 }, deploy: { resources: { x-own: 1 } } } }")]
    [InlineData("services: { web: { init: on, mem_limit: 1000, cpus: '${CPUS}', scale: '${N}', oom_kill_disable: '${X:-false}' } }")]
    [InlineData("services: { web: { environment: [A=1, B], labels: { a: 1, b: true, c: 1.5, d: } } }")]
    [InlineData("services: { web: { command: , entrypoint: [], networks: { default: }, deploy: , healthcheck: { retries: 3 } } }")]
    [InlineData("services: { web: { pre_start: [{ command: [a], image: b }], post_start: [{ command: a }], gpus: all, provider: { type: model, options: { a: [1] } } } }")]
    [InlineData("include: [a.yml, { path: [b.yml], env_file: c }]\nmodels: { m: { model: ai/x, context_size: 10 } }")]
    public void What_the_specification_knows_is_accepted(string text) => ComposeReader.Parse(text, "f").Problems.ShouldBeEmpty();

    // The list was taken from the schema that Docker Compose 2.26.1 carries, one path a line.
    [Fact]
    public void Every_key_of_the_published_schema_is_known()
    {
        foreach (var path in File.ReadLines(Path.Combine(Repository.Root, "tests", "Compose", "schema-keys.txt")))
        {
            var parts = path.Trim('/').Split('/');
            var text = parts.Reverse().Aggregate("~", (inner, part) => part == "0" ? $"[{inner}]" : $"{{ {(part == "*" ? "name" : part)}: {inner} }}");

            ComposeReader.Parse(text, "f").Problems.Where(problem => problem.What.StartsWith("unknown key", StringComparison.Ordinal))
                .ShouldBeEmpty(path);
        }
    }
}
