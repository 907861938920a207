namespace PhasedRollout.Demo.Fixture;

/// <summary>A service of the demo's repository.</summary>
/// <param name="Name">Its key in the compose file.</param>
/// <param name="Path">Where its build context is in the repository.</param>
/// <param name="Port">The port it listens on in its container.</param>
/// <param name="HealthPath">The path that answers 200 while its database and its cache answer.</param>
internal sealed record FixtureService(string Name, string Path, int Port, string HealthPath)
{
    /// <summary>The pre-built one: it has an image, not a context.</summary>
    public static FixtureService Saleor { get; } = new("saleor-api", "", 8000, "/health/");

    /// <summary>The nine that are built, where the original diagnosis report says they are.</summary>
    public static IReadOnlyList<FixtureService> Built { get; } =
    [
        new("brain-api", "bizosaas-platform/ai/services/bizosaas-brain", 8001, "/health"),
        new("wagtail-cms", "bizosaas-platform/backend/services/cms", 8000, "/admin/login/"),
        new("django-crm", "bizosaas-platform/backend/services/crm/django-crm", 8000, "/admin/login/"),
        new("business-directory-backend", "bizosaas-platform/backend/services/crm/business-directory", 8000, "/health"),
        new("coreldove-backend", "bizosaas/ecommerce/services/coreldove-backend", 8000, "/health"),
        new("auth-service", "bizosaas-platform/backend/services/auth", 8006, "/health"),
        new("temporal-integration", "bizosaas-platform/backend/services/temporal", 8000, "/health"),
        new("ai-agents", "bizosaas-platform/backend/services/ai-agents", 8000, "/health"),
        new("amazon-sourcing", "bizosaas-platform/backend/services/amazon-sourcing", 8000, "/health"),
    ];
}
