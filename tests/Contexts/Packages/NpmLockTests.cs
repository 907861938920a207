using PhasedRollout.Contexts.Packages;

namespace PhasedRollout.Tests.Contexts.Packages;

public sealed class NpmLockTests
{
    [Theory]
    [InlineData("^1.2.3", "1.9.0", true)]
    [InlineData("^1.2.3", "1.2.2", false)]
    [InlineData("^1.2.3", "2.0.0", false)]
    [InlineData("^0.2.3", "0.3.0", false)]
    [InlineData("^0.0.3", "0.0.4", false)]
    [InlineData("~1.2.3", "1.2.9", true)]
    [InlineData("~1.2.3", "1.3.0", false)]
    [InlineData("1.2.3", "1.2.4", false)]
    [InlineData("^1.2", "1.3.0", null)]
    [InlineData(">=1.0.0 <2", "3.0.0", null)]
    [InlineData("^1.0.0", "2.0.0-beta.1", null)]
    public void A_plain_range_is_compared_and_any_other_is_not(string range, string version, bool? expected) => NpmLock.Allows(range, version).ShouldBe(expected);

    [Fact]
    public void Pnpm_s_importers_and_its_older_forms_are_read()
    {
        NpmDependency[] wanted = [new("@acme/ui", "^1.0.0", false), new("left", "1.0.0", true)];

        NpmLock.OfPnpm(
            "lockfileVersion: '9.0'\nimporters:\n\n  .:\n    dependencies:\n      '@acme/ui':\n        specifier: ^1.0.0\n        version: 1.0.1\n"
                + "    devDependencies:\n      left:\n        specifier: 1.0.0\n        version: 1.0.0\n\n  other:\n    dependencies:\n      left:\n"
                + "        specifier: 2.0.0\n        version: 2.0.0\n\npackages:\n", wanted).ShouldBeEmpty();
        NpmLock.OfPnpm("lockfileVersion: 5.4\nspecifiers:\n  '@acme/ui': ^1.0.0\n  left: 1.0.0\npackages:\n", wanted).ShouldBeEmpty();
        NpmLock.OfPnpm("lockfileVersion: '6.0'\ndependencies:\n  '@acme/ui':\n    specifier: ^1.0.0\n    version: 1.0.1\n", wanted)
            .ShouldBe([new NpmMismatch("left", "1.0.0", null)]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{ \"packages\": 1 }")]
    [InlineData("<<<<<<< HEAD")]
    public void A_lock_file_that_is_none_says_nothing(string text)
    {
        NpmLock.OfNpm(text, [new("a", "1.0.0", false)]).ShouldBeEmpty();
        NpmLock.OfPnpm(text, [new("a", "1.0.0", false)]).ShouldBeEmpty();
    }
}
