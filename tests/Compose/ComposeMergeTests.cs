using PhasedRollout.Compose;

namespace PhasedRollout.Tests.Compose;

public class ComposeMergeTests
{
    // The rules are those of the Compose Specification, chapter "Merge"; what Docker Compose 2.26.1 makes of the same two files agrees.
    [Fact]
    public void A_later_file_goes_over_an_earlier_one()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.yml", """
            services:
              web:
                image: one
                command: [a, b]
                environment: [A=1, B=1]
                ports: ["80:80"]
                volumes: ["./a:/data", "./b:/b"]
                labels: { a: "1" }
                depends_on: [db]
                build: ./context
                healthcheck: { test: [CMD, a], retries: 3 }
                cap_add: [NET_ADMIN]
                dns: [1.1.1.1]
              db: { image: db }
            """);
        folder.Write("b.yml", """
            services:
              web:
                image: two
                command: [c]
                environment: { B: 2, C: 3 }
                ports: ["80:80", "81:81"]
                volumes: ["./c:/data"]
                labels: [b=2]
                depends_on: { cache: { condition: service_healthy } }
                build: { dockerfile: Other }
                healthcheck: { test: [CMD, b] }
                cap_add: !reset null
                dns: !override [2.2.2.2]
              cache: { image: cache }
            """);

        ComposeWriter.Write(ComposeReader.Read([folder.File("a.yml"), folder.File("b.yml")]).Root).ShouldBe("""
            services:
              web:
                image: two
                command:
                  - c
                environment:
                  A: "1"
                  B: 2
                  C: 3
                ports:
                  - "80:80"
                  - "81:81"
                volumes:
                  - ./c:/data
                  - ./b:/b
                labels:
                  a: "1"
                  b: "2"
                depends_on:
                  db:
                    condition: service_started
                  cache:
                    condition: service_healthy
                build:
                  context: ./context
                  dockerfile: Other
                healthcheck:
                  test:
                    - CMD
                    - b
                  retries: 3
                dns:
                  - "2.2.2.2"
              db:
                image: db
              cache:
                image: cache

            """);
    }

    [Fact]
    public void In_one_file_a_reset_key_is_absent_and_an_override_is_its_value() =>
        ComposeWriter.Write(ComposeReader.Parse("name: !override a\nx-a: !reset b\nx-b: { c: !reset }\n", "f").Root).ShouldBe("name: a\nx-b: {}\n");

    [Fact]
    public void A_key_keeps_the_place_of_the_file_that_decided_it()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.yml", "services: { web: { image: one } }");
        folder.Write("b.yml", "\nservices: { web: { image: two } }");

        var web = (ComposeMapping)((ComposeMapping)ComposeReader.Read([folder.File("a.yml"), folder.File("b.yml")]).Root["services"]!)["web"]!;

        web["image"]!.Location.ShouldBe(new SourceLocation(folder.File("b.yml"), 2, 27));
    }
}
