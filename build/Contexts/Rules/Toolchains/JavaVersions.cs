using System.Globalization;
using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Serving;

namespace PhasedRollout.Contexts.Rules.Toolchains;

/// <summary>Which Java images have, and which one a project of Maven or Gradle is compiled for.</summary>
internal static partial class JavaVersions
{
    private static readonly string[] Goals = ["package", "install", "verify", "compile", "deploy", "spring-boot:repackage"];
    private static readonly string[] Tasks = ["build", "assemble", "bootJar", "jar", "shadowJar", "installDist", "fatJar", "bootWar", "war"];

    /// <summary>The version in an official image; null for any other image, and for a tag that does not say it.</summary>
    public static int? In(BaseImage image)
    {
        var match = image.Repository switch
        {
            "eclipse-temurin" or "openjdk" or "amazoncorretto" or "ibmjava" => Leading().Match(image.Tag),
            "maven" or "gradle" => Inner().Match(image.Tag),
            _ => null,
        };
        return match is { Success: true } && int.Parse(match.Groups["major"].Value, CultureInfo.InvariantCulture) is >= 7 and < 40 and var major ? major : null;
    }

    /// <summary>The file that decides for what <paramref name="command"/> compiles; null for a command that compiles nothing.</summary>
    public static string? File(StageCommand command)
    {
        if (command.Words.SkipWhile(word => word.Contains('=', StringComparison.Ordinal) && !word.StartsWith('-')).ToArray() is not [var program, .. var words])
            return null;

        return TreeFolders.NameOf(program) switch
        {
            "mvn" or "mvnw" when words.Any(Goals.Contains) =>
                Array.FindIndex(words, word => word is "-f" or "--file") is >= 0 and var at && at + 1 < words.Length
                    ? command.Find(words[at + 1].EndsWith(".xml", StringComparison.Ordinal) ? words[at + 1] : $"{words[at + 1]}/pom.xml")
                    : command.Find("pom.xml"),
            "gradle" or "gradlew" when words.Any(word => Tasks.Contains(word[(word.LastIndexOf(':') + 1)..])) && !words.Any(word => word is "-p" or "-b") =>
                command.Find("build.gradle") ?? command.Find("build.gradle.kts"),
            _ => null,
        };
    }

    /// <summary>What <paramref name="text"/> of <paramref name="file"/> says that its classes need; null when it says nothing that is understood.</summary>
    public static (int Version, int Line, string Text)? Need(string file, string text)
    {
        // What a profile says is asked for or not.
        var profiles = text.IndexOf("<profiles>", StringComparison.Ordinal);
        var plain = file.EndsWith(".xml", StringComparison.Ordinal) && profiles >= 0 ? text[..profiles] : text;
        var isSpring = SpringParent().IsMatch(plain);
        var found = (file.EndsWith(".xml", StringComparison.Ordinal)
                ? OfMaven().Matches(plain).Where(match => match.Groups["property"].Value != "java.version" || isSpring || plain.Contains("${java.version}", StringComparison.Ordinal))
                : OfGradle().Matches(plain))
            .Select(match => (Version: int.Parse(match.Groups["major"].Value, CultureInfo.InvariantCulture), match.Index, Text: match.Value))
            // Spring Boot 3 is compiled for 17.
            .Concat(SpringParent().Matches(plain).Where(match => match.Groups["boot"].Value is not ("1" or "2")).Select(match => (Version: 17, match.Index, Text: $"Spring Boot {match.Groups["boot"].Value}")))
            .OrderByDescending(it => it.Version).FirstOrDefault();
        return found.Version >= 7 ? (found.Version, plain.AsSpan(0, found.Index).Count('\n') + 1, found.Text) : null;
    }

    [GeneratedRegex(@"^(?:[a-z]+-)?(?<major>[0-9]{1,2})(?:u[0-9]+|[.][0-9._]+)?(?:-|\z)", RegexOptions.ExplicitCapture)]
    private static partial Regex Leading();

    [GeneratedRegex(@"(?:jdk|openjdk|temurin|corretto|zulu|semeru|liberica|sapmachine|ibmjava)-?(?<major>[0-9]{1,2})(?![0-9])", RegexOptions.ExplicitCapture)]
    private static partial Regex Inner();

    [GeneratedRegex(@"<(?<property>maven\.compiler\.(?:release|target)|java\.version|release|target)>\s*(?:1\.)?(?<major>[0-9]{1,2})\s*</\k<property>>", RegexOptions.ExplicitCapture)]
    private static partial Regex OfMaven();

    [GeneratedRegex(@"(?:targetCompatibility|sourceCompatibility)\s*=?\s*(?:JavaVersion\.VERSION_|['""])?(?:1[._])?(?<major>[0-9]{1,2})\b", RegexOptions.ExplicitCapture)]
    private static partial Regex OfGradle();

    [GeneratedRegex(@"<artifactId>\s*spring-boot-starter-parent\s*</artifactId>\s*<version>\s*(?<boot>[0-9])\.|org\.springframework\.boot['""]?\)?\s+version\s*\(?['""](?<boot>[0-9])\.", RegexOptions.ExplicitCapture)]
    private static partial Regex SpringParent();
}
