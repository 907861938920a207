using PhasedRollout.Demo;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Tests.Demo.Machines;

public sealed class DebianPackagesTests
{
    [Fact]
    public void Of_the_closure_only_the_programs_asked_for_and_shared_libraries_are_fetched()
    {
        const string simulation = """
            NOTE: This is only a simulation!
            Inst libllvm14 (1:14.0.6-12 Debian:12.5/stable [amd64])
            Inst libjson-perl (4.10000-1 Debian:12.5/stable [all])
            Inst libpq-dev [15.18-0+deb12u1] (15.20-0+deb12u1 Debian-Security:12/oldstable-security [amd64]) []
            Inst libpq5 [15.18-0+deb12u1] (15.20-0+deb12u1 Debian-Security:12/oldstable-security [amd64])
            Inst libc6 (2.36-9 Debian:12.5/stable [amd64])
            Inst postgresql-common (248+deb12u2 Debian-Security:12/oldstable-security [all])
            Inst postgresql-15 (15.20-0+deb12u1 Debian-Security:12/oldstable-security [amd64])
            Conf libpq5 (15.20-0+deb12u1 Debian-Security:12/oldstable-security [amd64])
            """;

        DebianPackages.Closure(["postgresql-15"], simulation).ShouldBe(["postgresql-15", "libpq5"]);
    }

    [Fact]
    public async Task What_may_not_be_fetched_is_named_with_the_command_that_would()
    {
        var packages = new DebianPackages(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), noInstall: true, _ => { });

        var error = await Should.ThrowAsync<DemoException>(() => packages.UnpackAsync("Redis", ["redis-server"], TestContext.Current.CancellationToken));

        error.Message.ShouldContain("redis-server");
    }
}
