using PhasedRollout.Contexts;

namespace PhasedRollout.Tests.Contexts;

public sealed class ShownTests
{
    [Theory]
    [InlineData("services/café/日本", "services/café/日本")]
    [InlineData("a\u001b[31mb", "a\\u{1b}[31mb")]
    [InlineData("a\nb\r\tc", "a\\u{a}b\\u{d}\\u{9}c")]
    [InlineData("a\u202eb", "a\\u{202e}b")]
    [InlineData("a\u2028b", "a\\u{2028}b")]
    public void What_a_terminal_would_obey_is_written_out(string text, string shown) => Shown.Safe(text).ShouldBe(shown);

    [Fact]
    public void A_long_text_is_cut() => Shown.Safe(new string('x', 500), 10).ShouldBe("xxxxxxxxxx…");
}
