using System.Text;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Rollouts;

public class RedactorTests
{
    private const string Secret = "p@ss/w ord!é+x";

    public static TheoryData<string> Forms =>
    [
        Secret,
        "p%40ss%2Fw%20ord%21%C3%A9%2Bx",
        "p%40ss%2fw%20ord%21%c3%a9%2bx",
        "p%40ss/w%20ord%21%C3%A9%2Bx",
        "p%40ss%2Fw%20ord!%C3%A9%2Bx",
        "p%40ss%2Fw+ord!%C3%A9%2Bx",
        "p@ss/w ord!\\u00E9\\u002Bx",
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)).TrimEnd('='),
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_secret_is_known_in_every_form_that_it_takes_in_an_address_a_header_or_json(string form)
    {
        var redactor = new Redactor();
        redactor.Add(Secret);

        redactor.Redact($"postgresql://app:{form}@host").TrimEnd('=').ShouldBe("postgresql://app:[REDACTED]@host");
    }

    [Fact]
    public void What_an_address_holds_encoded_is_known_as_it_is_typed()
    {
        var redactor = new Redactor();
        redactor.Add("p%40ss%2Fword");

        redactor.Redact("password p@ss/word was rejected").ShouldBe("password [REDACTED] was rejected");
    }

    [Fact]
    public void A_short_one_tears_no_text_apart()
    {
        var redactor = new Redactor();
        redactor.Add("abc");
        redactor.Add("%41%42");

        redactor.Redact("abc AB").ShouldBe("abc AB");
    }
}
