using PhasedRollout.Contexts.Packages;

namespace PhasedRollout.Tests.Contexts.Packages;

public class RequirementsFileTests
{
    [Theory]
    [InlineData("Django==4.2.1", "Django", "4.2.1")]
    [InlineData("uvicorn[standard]==0.30.1  # server", "uvicorn", "0.30.1")]
    [InlineData("requests == 2.32.3", "requests", "2.32.3")]
    [InlineData("numpy===1.26.0", "numpy", "1.26.0")]
    [InlineData("psycopg2-binary==2.9.9 --hash=sha256:abc", "psycopg2-binary", "2.9.9")]
    [InlineData("celery>=5,==5.3.6", "celery", "5.3.6")]
    [InlineData("torch==2.3.0+cpu", "torch", "2.3.0+cpu")]
    [InlineData("fastapi==0.111.*", "fastapi", "0.111.*")]
    [InlineData("zope.interface (==6.4)", "zope.interface", "6.4")]
    public void An_exact_version_is_a_pin(string line, string name, string version)
    {
        var pin = Read(line).Pins.ShouldHaveSingleItem();
        (pin.Name, pin.Version, pin.Line, pin.IsConditional).ShouldBe((name, version, 1, false));
    }

    [Theory]
    [InlineData("django")]
    [InlineData("django>=4.2")]
    [InlineData("django~=4.2")]
    [InlineData("django!=4.2")]
    [InlineData("# django==4.2")]
    [InlineData("django @ https://example.org/django-4.2.tar.gz")]
    [InlineData("./packages/mine==1")]
    [InlineData("https://example.org/django-4.2.tar.gz")]
    [InlineData("-e git+https://github.com/a/b.git@v1#egg=b==1")]
    [InlineData("")]
    public void Anything_else_pins_nothing(string line) => Read(line).Pins.ShouldBeEmpty();

    [Fact]
    public void Lines_are_joined_by_a_backslash_and_counted_from_where_they_begin()
    {
        var file = Read("# top\r\nDjango==4.2.1 \\\r\n    --hash=sha256:aa \\\r\n    --hash=sha256:bb\r\nredis==5.0.4\r\n");
        file.Pins.Select(pin => (pin.Name, pin.Line)).ShouldBe([("Django", 2), ("redis", 5)]);
    }

    [Fact]
    public void Includes_and_constraints_are_told_apart()
    {
        var file = Read("-r base.txt\n--requirement=dev.txt\n-c constraints.txt\n-rother.txt\n");
        file.Includes.ShouldBe([("base.txt", false), ("dev.txt", false), ("constraints.txt", true), ("other.txt", false)]);
    }

    [Theory]
    [InlineData("--index-url https://pypi.acme.example/simple")]
    [InlineData("-i https://pypi.acme.example/simple")]
    [InlineData("--extra-index-url=https://pypi.acme.example/simple")]
    [InlineData("--find-links ./wheels")]
    public void An_index_of_its_own_is_seen(string line) => Read($"{line}\ndjango==1\n").HasOwnIndex.ShouldBeTrue();

    [Theory]
    [InlineData("sys_platform == 'win32'", false)]
    [InlineData("sys_platform == \"linux\"", true)]
    [InlineData("'linux' in sys_platform", true)]
    [InlineData("platform_system != \"Windows\"", true)]
    [InlineData("python_version < '3.9'", false)]
    [InlineData("python_version >= \"3.8\" and python_version < \"4\"", true)]
    [InlineData("python_version < '3.9' or sys_platform == 'linux'", true)]
    [InlineData("(python_version < '3.9' or sys_platform == 'win32') and os_name == 'posix'", false)]
    [InlineData("platform_machine == 'x86_64'", null)]
    [InlineData("extra == 'dev'", null)]
    [InlineData("python_version < '3.9' and platform_machine == 'x86_64'", false)]
    [InlineData("nonsense (", null)]
    [InlineData("", true)]
    public void A_marker_is_answered_as_a_container_would(string marker, bool? applies) =>
        PythonMarkers.Applies(marker, "3.12").ShouldBe(applies);

    [Fact]
    public void A_marker_that_excludes_leaves_the_requirement_out_and_one_that_is_not_known_makes_it_conditional()
    {
        Read("pywin32==306; sys_platform == 'win32'").Pins.ShouldBeEmpty();
        Read("uvloop==0.19.0; platform_machine == 'x86_64'").Pins.ShouldHaveSingleItem().IsConditional.ShouldBeTrue();
    }

    private static PackageFile Read(string text) => RequirementsFile.Read("requirements.txt", text, "3.12");
}
