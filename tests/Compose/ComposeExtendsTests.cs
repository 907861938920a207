using PhasedRollout.Compose;

namespace PhasedRollout.Tests.Compose;

/// <summary>What a service extends is a part of it.</summary>
public sealed class ComposeExtendsTests
{
    [Fact]
    public void A_service_of_the_same_file_is_extended_key_by_key()
    {
        var web = Service(Parse("""
            services:
              base:
                image: base
                build: { context: app, dockerfile: Dockerfile.x, target: base }
                environment: [A=1, B=2]
              web:
                extends: { service: base }
                image: web
                build: { target: web }
                environment: { B: "3" }
            """), "web");

        Write(web).ShouldBe("""
            image: web
            build:
              context: app
              dockerfile: Dockerfile.x
              target: web
            environment:
              A: "1"
              B: "3"
            """);
    }

    [Fact]
    public void A_chain_is_followed_and_a_name_alone_is_a_service_of_the_same_file() =>
        Write(Service(Parse("services: { a: { image: a, init: true }, b: { extends: a, tty: true }, c: { extends: b, image: c } }"), "c"))
            .ShouldBe("image: c\ninit: true\ntty: true");

    [Fact]
    public void Paths_of_another_file_are_those_of_its_folder()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("common"));
        folder.Write("common/base.yml", """
            services:
              app:
                build: { context: ., dockerfile: Dockerfile }
                env_file: [base.env, { path: ../shared.env }]
                volumes: [./data:/data, named:/named, { type: bind, source: ../conf, target: /conf }]
              image:
                build: ./image
              remote:
                build: https://github.com/o/r.git#main
            """);
        folder.Write("compose.yml", """
            services:
              app: { extends: { file: common/base.yml, service: app }, image: app }
              image: { extends: { file: common/base.yml, service: image } }
              remote: { extends: { file: common/base.yml, service: remote } }
            """);
        var file = ComposeReader.Read([folder.File("compose.yml")]);

        file.Problems.ShouldBeEmpty();
        Write(Service(file, "app")).ShouldBe("""
            build:
              context: ./common
              dockerfile: Dockerfile
            env_file:
              - ./common/base.env
              - path: ./shared.env
            volumes:
              - ./common/data:/data
              - named:/named
              - type: bind
                source: ./conf
                target: /conf
            image: app
            """);
        Write(Service(file, "image")).ShouldBe("build: ./common/image");
        Write(Service(file, "remote")).ShouldBe("build: https://github.com/o/r.git#main");
    }

    [Theory]
    [InlineData("services: { a: { extends: b }, b: { extends: a } }", "extends itself in a circle")]
    [InlineData("services: { a: { extends: a } }", "extends itself in a circle")]
    [InlineData("services: { web: { image: x }, a: { extends: wep } }", "extends 'wep', which this file does not have")]
    public void What_cannot_be_extended_is_told_with_its_place(string text, string what)
    {
        var problem = Parse(text).Problems[0];
        problem.What.ShouldContain(what);
        problem.Location.ShouldNotBeNull();
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_where_it_is_named()
    {
        using var folder = new TemporaryFolder();
        folder.Write("compose.yml", "services:\n  a:\n    extends: { file: gone.yml, service: a }\n");
        var problem = Should.Throw<InvalidInputException>(() => ComposeReader.Read([folder.File("compose.yml")])).Problems.ShouldHaveSingleItem();
        problem.ToString().ShouldContain("gone.yml");
        problem.Location!.Line.ShouldBe(3);
    }

    [Fact]
    public void What_stands_behind_a_URL_or_a_variable_is_left_as_it_is()
    {
        Service(Parse("services: { a: { extends: { file: 'https://example.com/c.yml', service: a } } }"), "a")["extends"].ShouldNotBeNull();
        Service(Parse("services: { a: { extends: { file: '${COMMON}', service: a } } }"), "a")["extends"].ShouldNotBeNull();
    }

    private static ComposeFile Parse(string text) => ComposeReader.Parse(text, "compose.yml");

    private static ComposeMapping Service(ComposeFile file, string name) => (ComposeMapping)((ComposeMapping)file.Root["services"]!)[name]!;

    private static string Write(ComposeMapping service) => ComposeWriter.Write(service).ReplaceLineEndings("\n").Trim();
}
