using System.Text;
using PhasedRollout.Contexts;

namespace PhasedRollout.Tests.Contexts;

public sealed class GitObjectIdTests
{
    [Theory]
    [InlineData("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")]
    [InlineData("hello\n", "ce013625030ba8dba906f756967f9e9ca394464a")]
    public void A_blob_has_the_id_that_git_gives_it(string content, string id) =>
        GitObjectId.OfBlob(Encoding.UTF8.GetBytes(content)).ShouldBe(id);

    [Fact]
    public void The_empty_folder_has_the_id_that_git_gives_it() =>
        GitObjectId.OfTree([]).ShouldBe("4b825dc642cb6eb9a060e54bf8d69288fbee4904");

    // The listing of a folder that git itself wrote: "foo-bar" and "foo.txt" come before the folder "foo".
    [Fact]
    public void A_folder_has_the_id_that_git_gives_it() => GitObjectId.OfTree(
    [
        new TreeEntry("foo", TreeEntryKind.Directory, "0976950c1fdbcb52435a433913017bf044b3a58f"),
        new TreeEntry("foo-bar", TreeEntryKind.Executable, "ce013625030ba8dba906f756967f9e9ca394464a"),
        new TreeEntry("foo.txt", TreeEntryKind.File, "ce013625030ba8dba906f756967f9e9ca394464a"),
        new TreeEntry("link", TreeEntryKind.Symlink, "996f1789ff67c0e3f69ef5933a55d54c5d0e9954"),
    ]).ShouldBe("e32c877c4f4dfe323501701656d4521f931d0fcb");
}
