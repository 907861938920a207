using PhasedRollout.Contexts;

namespace PhasedRollout.Tests.Contexts;

public sealed class NearestPathsTests
{
    private static readonly RepositoryTree Tree = MemoryRepository.Of(
        "bizosaas-platform/ai/services/bizosaas-brain/Dockerfile",
        "bizosaas-platform/backend/services/auth/Dockerfile",
        "bizosaas-platform/backend/services/auth/tests/test_auth.py",
        "bizosaas-platform/backend/services/cms/Dockerfile",
        "bizosaas-platform/backend/services/crm/django-crm/Dockerfile",
        "bizosaas-platform/backend/services/crm/business-directory/Dockerfile",
        "bizosaas-platform/backend/services/temporal/Dockerfile",
        "bizosaas-platform/docs/services/auth/index.md",
        "legacy/auth/readme.md").Tree;

    [Theory]
    // A folder in front is missing, or is one too many.
    [InlineData("ai/services/bizosaas-brain", "bizosaas-platform/ai/services/bizosaas-brain")]
    [InlineData("repo/bizosaas-platform/backend/services/cms", "bizosaas-platform/backend/services/cms")]
    [InlineData("services/auth", "bizosaas-platform/backend/services/auth")]
    [InlineData("auth", "bizosaas-platform/backend/services/auth")]
    // A folder in the middle.
    [InlineData("bizosaas-platform/services/cms", "bizosaas-platform/backend/services/cms")]
    [InlineData("bizosaas-platform/backend/services/django-crm", "bizosaas-platform/backend/services/crm/django-crm")]
    // The path goes one folder too deep.
    [InlineData("bizosaas-platform/backend/services/temporal/docker", "bizosaas-platform/backend/services/temporal")]
    // Other letter case.
    [InlineData("Bizosaas-Platform/Backend/services/Auth", "bizosaas-platform/backend/services/auth")]
    // A letter wrong, in the last folder and in another.
    [InlineData("bizosaas-platform/backend/services/atuh", "bizosaas-platform/backend/services/auth")]
    [InlineData("bizosaas-platform/backend/servces/temporal", "bizosaas-platform/backend/services/temporal")]
    [InlineData("bizosaas-platform/backend/services/crm/djangocrm", "bizosaas-platform/backend/services/crm/django-crm")]
    // Another name in front.
    [InlineData("platform/backend/services/temporal", "bizosaas-platform/backend/services/temporal")]
    public void The_folder_that_was_meant_comes_first(string wanted, string meant) =>
        new NearestPaths(Tree).Of(wanted, "Dockerfile", most: 1).ShouldBe([meant]);

    [Fact]
    public void Folders_with_the_Dockerfile_come_before_those_without() =>
        new NearestPaths(Tree).Of("services/auth", "Dockerfile").ShouldBe(
            ["bizosaas-platform/backend/services/auth", "bizosaas-platform/docs/services/auth", "legacy/auth"]);

    [Theory]
    [InlineData("completely/else")]
    [InlineData("bizosaas-platform/backend/services/payments")]
    public void What_resembles_nothing_gets_no_proposal(string wanted) => new NearestPaths(Tree).Of(wanted, "Dockerfile").ShouldBeEmpty();
}
