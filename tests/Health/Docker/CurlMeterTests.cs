using PhasedRollout.Health.Docker;

namespace PhasedRollout.Tests.Health.Docker;

public sealed class CurlMeterTests
{
    private const string Head =
        "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n"
        + "                                 Dload  Upload   Total   Spent    Left  Speed\n";

    [Theory]
    [InlineData("\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\rcurl: (7) Failed to connect", "curl: (7) Failed to connect")]
    [InlineData("\r  0     0    0     0    0     0      0      0 --:--:--  0:00:01 --:--:--     0\r100    21  100    21    0     0  10.5k      0 --:--:-- --:--:-- --:--:-- 10.5k\nhealthy", "healthy")]
    [InlineData("\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\ncurl: (22) The requested URL returned error: 503\n", "curl: (22) The requested URL returned error: 503\n")]
    public void What_curl_has_to_say_stays_and_its_meter_goes(string meter, string said) =>
        CurlMeter.RemovedFrom(Head + meter).ShouldBe(said);

    [Theory]
    [InlineData("")]
    [InlineData("connection refused\n")]
    [InlineData("ok 12:30:01 100 of 100")]
    public void What_others_say_is_not_touched(string output) => CurlMeter.RemovedFrom(output).ShouldBe(output);
}
