using PhasedRollout.Contexts.Rules;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts.Rules;

public sealed class DockerfileRulesTests
{
    private const string Url = "https://github.com/Bizoholic-Digital/bizosaas-platform.git#main";

    [Theory]
    [InlineData("app", "Dockerfile", "app/Dockerfile", "app/Dockerfile")]
    [InlineData("", "Dockerfile", "Dockerfile", "Dockerfile")]
    [InlineData("app", "./docker/Dockerfile", "app/docker/Dockerfile", "app/docker/Dockerfile")]
    [InlineData("app", "docker/../Dockerfile", "app/docker/x;app/Dockerfile", "app/Dockerfile")]
    [InlineData("app", "/Dockerfile", "app/Dockerfile", "app/Dockerfile")]
    [InlineData("app", "Dockerfile", "app/Dockerfile -> docker/prod;app/docker/prod", "app/docker/prod")]
    [InlineData("app", "build/Dockerfile", "app/build -> docker;app/docker/Dockerfile", "app/docker/Dockerfile")]
    public async Task It_is_found_inside_the_context_links_followed(string path, string dockerfile, string files, string found)
    {
        var check = await Check(path, dockerfile, files);

        check.ShouldBe(new DockerfileCheck(true, found));
    }

    [Theory]
    // Another spelling, another name, a folder down, a folder up.
    [InlineData("app", "Dockerfile", "app/DockerFile", "dockerfile: DockerFile")]
    [InlineData("app", "Dockerfile", "app/Containerfile;app/Dockerfile.dev", "dockerfile: Containerfile")]
    [InlineData("app", "Dockerfile", "app/Dockerfile.dev;app/Dockerfile.prod;app/Dockerfile.prod.dockerignore", "dockerfile: Dockerfile.prod")]
    [InlineData("app", "Dockerfile", "app/api.Dockerfile", "dockerfile: api.Dockerfile")]
    [InlineData("app", "Dockerfile", "app/docker/Dockerfile;app/docker/deep/Dockerfile", "dockerfile: docker/Dockerfile")]
    [InlineData("app", "Dockerfile", "app/Dockerfile/Dockerfile", "dockerfile: Dockerfile/Dockerfile")]
    [InlineData("app", "docker/Dockerfile", "app/Dockerfile", "dockerfile: Dockerfile")]
    [InlineData("a/b", "Dockerfile", "a/b/main.py;a/Dockerfile", $"context: {Url}:a (a 'Dockerfile' is there)")]
    [InlineData("a/b", "Dockerfile", "a/b/main.py;Dockerfile", $"context: {Url} (a 'Dockerfile' is there)")]
    [InlineData("app", "Dockerfile", "app/main.py", "push 'app/Dockerfile' to 'main', or write dockerfile_inline, or image instead of build")]
    // Out of the context, which is all that a builder has.
    [InlineData("a/b", "../Dockerfile", "a/b/main.py;a/Dockerfile", $"context: {Url}:a with dockerfile: Dockerfile")]
    [InlineData("a/b", "../../docker/b", "a/b/main.py;docker/b", $"context: {Url} with dockerfile: docker/b")]
    [InlineData("app", "Dockerfile", "app/Dockerfile -> ../shared/Dockerfile;shared/Dockerfile", "put the file itself there, or move the context up to a folder that holds both")]
    [InlineData("app", "Dockerfile", "app/Dockerfile -> /etc/passwd", "put the file itself there, or move the context up to a folder that holds both")]
    [InlineData("app", "Dockerfile", "app/Dockerfile -> Dockerfile", "put the file itself there")]
    [InlineData("app", "Dockerfile", "app/Dockerfile -> gone", "push 'app/Dockerfile' to 'main'")]
    [InlineData("app", "sub/Dockerfile", "app/sub @", "a Dockerfile of this repository, or a context in the submodule's own repository")]
    public async Task A_missing_one_gets_a_suggestion_that_can_be_pasted(string path, string dockerfile, string files, string suggestion)
    {
        var check = await Check(path, dockerfile, files);

        check.Found.ShouldBe(false);
        check.Path.ShouldBeNull();
        var finding = check.Finding.ShouldNotBeNull();
        (finding.Rule, finding.Failure, finding.Blocks, finding.Line).ShouldBe(("VC201", FailureClass.DockerfileMissing, true, 13));
        finding.Where.ShouldBe("services/web/build/dockerfile");
        finding.Suggestion.ShouldStartWith(suggestion);
    }

    [Fact]
    public async Task The_evidence_lists_what_is_there_with_terminal_commands_escaped()
    {
        var check = await Check("app", "Dockerfile", "app/evil\u001b[2J;app/src/x");

        check.Finding!.Evidence.ShouldBe(["'app' holds: evil\\u{1b}[2J, src/"]);
        check.Finding.Message.ShouldStartWith("'app' exists in 'Bizoholic-Digital/bizosaas-platform' at ");
    }

    [Theory]
    [InlineData("", "Dockerfile", "web/Dockerfile;api/Dockerfile", "web/Dockerfile", "dockerfile: api/Dockerfile")]
    [InlineData("", "Dockerfile", "Dockerfile.web;main.py", "Dockerfile.web", "push 'Dockerfile' to 'main', or write dockerfile_inline, or image instead of build")]
    [InlineData("a/b", "Dockerfile", "a/b/main.py;a/Dockerfile;Dockerfile", "a/Dockerfile", $"context: {Url} (a 'Dockerfile' is there)")]
    // What differs in letter case only is meant all the same.
    [InlineData("", "Dockerfile", "DockerFile", "DockerFile", "dockerfile: DockerFile")]
    public async Task The_Dockerfile_of_another_service_is_not_proposed(string path, string dockerfile, string files, string taken, string suggestion) =>
        (await Check(path, dockerfile, files, taken)).Finding!.Suggestion.ShouldBe(suggestion);

    [Fact]
    public async Task A_Dockerfile_in_small_letters_is_the_one_that_builders_take()
    {
        var check = await Check("app", "Dockerfile", "app/dockerfile");

        check.Finding.ShouldBeNull();
        check.Path.ShouldBe("app/dockerfile");
    }

    private static Task<DockerfileCheck> Check(string path, string dockerfile, string files, params string[] taken)
    {
        var repository = MemoryRepository.Of(files.Split(';'));
        var service = Stack.Built("web", path, dockerfile);
        return DockerfileRules.CheckAsync(
            service, (GitHubContext)service.Build!.Reference, repository.Tree, taken.ToHashSet(), id => Task.FromResult(repository.Blobs[id]));
    }
}
