using CsCheck;
using PhasedRollout.Health;

namespace PhasedRollout.Tests.Health;

public class PlainTextTests
{
    [Theory]
    [InlineData("\u001b[1;31mred\u001b[0m", "red")]
    [InlineData("\u001b]8;;http://evil\u0007link\u001b]8;;\u001b\\", "link")]
    [InlineData("a\r\n\tb\u0000\u0008c", "a bc")]
    [InlineData("\u202Etxt.exe", "txt.exe")]
    [InlineData("  padded  ", "padded")]
    [InlineData("naïve – größe", "naïve – größe")]
    public void Text_from_outside_becomes_one_harmless_line(string text, string line) => PlainText.Line(text).ShouldBe(line);

    [Fact]
    public void No_text_whatsoever_gets_through_with_a_control_character_or_too_long() =>
        Gen.Char.Array[0, 200].Select(characters => new string(characters)).Sample(text =>
        {
            var line = PlainText.Line(text, 50);
            line.Length.ShouldBeLessThanOrEqualTo(51);
            line.ShouldAllBe(character => !char.IsControl(character));
        });

    [Theory]
    [InlineData(0.85, "850 ms")]
    [InlineData(12, "12 s")]
    [InlineData(90, "1 min 30 s")]
    [InlineData(300, "5 min")]
    [InlineData(10800, "3 h")]
    public void A_span_is_written_for_people(double seconds, string text) => PlainText.Span(TimeSpan.FromSeconds(seconds)).ShouldBe(text);
}
