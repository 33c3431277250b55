using System.Text;

namespace FastRtspProxy.Tests.Program;

public sealed class ProxyProgramTests
{
    [Fact]
    public async Task Run_WrongArguments_PrintBannerLineAndUsageOnStandardErrorAndEndWith1()
    {
        (int status, string output, string errors) = await RunAsync("-p", "70000", "rtsp://192.0.2.10/a");

        Assert.Equal(1, status);
        Assert.Empty(output);
        string[] lines = errors.Split('\n');
        Assert.Equal("FastRtspProxy", lines[0]);
        Assert.Equal("option -p \"70000\": a port is a number from 1 to 65535", lines[3]);
        Assert.StartsWith("Usage: ./proxy [-v|-V] [-t|-T <http-port>] [-p <rtspServer-port>] ", lines[4], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "Usage: ")]
    [InlineData("--version", "fastrtspproxy ")]
    public async Task Run_HelpAndVersion_PrintOnStandardOutputOnlyAndEndWith0(string argument, string expected)
    {
        (int status, string output, string errors) = await RunAsync(argument);

        Assert.Equal(0, status);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Empty(errors);
    }

    private static async Task<(int Status, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new MemoryStream();
        int status = await new ProxyProgram("./proxy", output, errors).RunAsync(arguments);
        return (status, output.ToString(), Encoding.UTF8.GetString(errors.ToArray()));
    }
}
