using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>VC108: the folder that is built holds submodules. Their files are in other repositories: no archive of the commit has them, and builders
/// that clone need a way to each.</summary>
internal sealed class SubmoduleRule : ServiceRule
{
    private const string List = ".gitmodules";
    private const int ShownSubmodules = 5;

    /// <inheritdoc/>
    public override IEnumerable<string> Files(ServiceSubject subject) => Submodules(subject).Any() ? [List] : [];

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        var submodules = Submodules(subject).ToList();
        if (submodules.Count == 0)
            yield break;

        var addresses = Addresses(subject.Text(List) ?? "");
        var finding = Findings.About(
            subject, "build/context", "VC108", Certainty.Likely,
            $"the context holds {(submodules.Count == 1 ? "a submodule" : "submodules")}: {TreeFolders.Enumerate(submodules.Select(it => $"'{it.Path}'"), ShownSubmodules)}. "
                + "The files are in another repository and are not sent; what a COPY takes from there is missing",
            "commit the files themselves, or fetch them in the Dockerfile");
        yield return finding with { Evidence = [.. submodules.Take(ShownSubmodules).Select(it => Shown.Safe(Describe(it, addresses)))] };
    }

    private static string Describe(TreeEntry submodule, Dictionary<string, string> addresses) => addresses.TryGetValue(submodule.Path, out var address)
        ? $"{submodule.Path} is {ContextUrl.WithoutPassword(address)} at {submodule.Id[..12]}"
        : $"{submodule.Path} has no address in .gitmodules: a clone with submodules fails";

    private static IEnumerable<TreeEntry> Submodules(ServiceSubject subject) => subject is { Tree: { } tree, Context: { } context }
        ? tree.Below(context.Reference.Path).Where(entry => entry.Kind == TreeEntryKind.Submodule)
        : [];

    // [submodule "name"], path = ..., url = ... (gitmodules).
    private static Dictionary<string, string> Addresses(string text)
    {
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        var (path, address) = ("", "");
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
                (path, address) = ("", "");
            else if (line.Split('=', 2, StringSplitOptions.TrimEntries) is [var key, var value])
                (path, address) = (key == "path" ? value : path, key == "url" ? value : address);

            if (path.Length > 0 && address.Length > 0)
                addresses[path] = address;
        }

        return addresses;
    }
}
