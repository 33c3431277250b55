using System.IO.Pipes;
using System.Text;
using FastRtspProxy.Tests.Net.Tls;

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

    [Theory]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a}}", 0, "FILE: good\n")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, sources: [rtsp://192.0.2.9/b]}}\nlimts: {}", 1, "FILE:1:52: streams.a.sources: there is a source beside it: take one of the two out\nFILE:2:1: limts: there is no such key; did you mean \"limits\"?\nFILE: 2 errors, 0 warnings\n")]
    [InlineData("streams: {a: {sources: [rtsp://192.0.2.9/a, rtsp://192.0.2.9/b]}}", 0, "FILE: good\n")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, allow: {from: 10.0.0.0/8}}}", 0, "FILE: good\n")]
    public async Task Run_Check_PrintsEverythingOnStandardOutputAndEndsWith0Or1(string text, int expectedStatus, string expected)
    {
        using TemporaryFile file = new(text);

        (int status, string output, string errors) = await RunAsync("--config", file.Path, "--check");

        Assert.Equal(expectedStatus, status);
        Assert.Equal(expected, output.Replace(file.Path, "FILE", StringComparison.Ordinal));
        Assert.Empty(errors);
    }

    [Theory]
    [InlineData("good", 0, "FILE: good\n")]
    [InlineData("other key", 1, "FILE:2:67: rtsps.certificates[0].key: the certificate file \"FOLDER/c.pem\" does not fit the key in \"FOLDER/k.pem\": name the key that it was made with\nFILE: 1 error, 0 warnings\n")]
    [InlineData("no key", 1, "FILE:2:67: rtsps.certificates[0].key: the key file \"FOLDER/k.pem\" does not exist: correct its name, or put it there\nFILE: 1 error, 0 warnings\n")]
    [InlineData("expired", 1, "FILE:2:53: rtsps.certificates[0].certificate: the certificate file \"FOLDER/c.pem\" has expired: it was valid until ")]
    public async Task Run_CheckWithCertificates_ChecksTheFilesToo(string what, int expectedStatus, string expected)
    {
        using CertificateFolder folder = new();
        (string certificate, string key) = folder.Make(["a.example"], days: what == "expired" ? -1 : 9, begin: -9);
        folder.Write("c.pem", certificate);
        if (what != "no key")
        {
            folder.Write("k.pem", what == "other key" ? folder.Make(["b.example"]).Key : key);
        }

        string file = folder.Write("file.yaml", "streams: {a: {source: rtsp://192.0.2.9/a}}\nrtsps: {listen: [322], certificates: [{certificate: c.pem,   key: k.pem}]}\n");

        (int status, string output, _) = await RunAsync("--config", file, "--check");

        Assert.Equal(expectedStatus, status);
        Assert.StartsWith(expected, output.Replace(file, "FILE", StringComparison.Ordinal).Replace(folder.Path, "FOLDER", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_CertificateOfArgumentsThatIsNotThere_IsToldInALineAndEndsWith1()
    {
        (int status, _, string errors) = await RunAsync("--rtsps", "8322", "--certificate", "/none/c.pem", "-R");

        Assert.Equal(1, status);
        Assert.Contains("\nrtsps: the certificate file \"/none/c.pem\" does not exist: correct its name, or put it there\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ConfigurationWithErrors_SaysAllOnStandardErrorAndEndsWith1()
    {
        using TemporaryFile file = new("limts: {}\nstreams: {a: {source: http://192.0.2.9/a}}\n");

        (int status, string output, string errors) = await RunAsync("--config", file.Path);

        Assert.Equal(1, status);
        Assert.Empty(output);
        string[] lines = errors.Split('\n');
        Assert.Equal("FastRtspProxy", lines[0]);
        Assert.StartsWith($"{file.Path}:1:1: limts: ", lines[3], StringComparison.Ordinal);
        Assert.StartsWith($"{file.Path}:2:23: streams.a.source \"http://192.0.2.9/a\": ", lines[4], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--check", "option --check needs --config: it names the file to check")]
    [InlineData("--config", "option --config needs a value: --help says which")]
    [InlineData("--cnofig", "unknown option \"--cnofig\": did you mean --config? --help lists all of them")]
    public async Task Run_WrongUseOfConfig_IsToldInALine(string argument, string expected)
    {
        (int status, _, string errors) = await RunAsync(argument);

        Assert.Equal(1, status);
        Assert.Equal(expected, errors.Split('\n')[3]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_CaptureOverItsOwnPackets_IsRefusedAndLeavesThem(bool byAnotherName)
    {
        using TemporaryFile packets = new("packets of a bug that does not come back");
        string name = byAnotherName ? packets.Path + ".link" : packets.Path;
        try
        {
            if (byAnotherName)
            {
                File.CreateSymbolicLink(name, packets.Path);
            }

            (int status, _, string errors) = await RunAsync("--pcap", packets.Path, "--capture", name);

            Assert.Equal(1, status);
            Assert.Contains($"packets in \"{packets.Path}\" that it is made of: name another file behind --capture.\n", errors, StringComparison.Ordinal);
            Assert.Equal("packets of a bug that does not come back", await File.ReadAllTextAsync(packets.Path));
        }
        finally
        {
            File.Delete(name);
        }
    }

    [Fact]
    public async Task Run_CaptureIntoAPipe_SaysHowManyBytesWentThere()
    {
        using AnonymousPipeServerStream pipe = new(PipeDirection.In);
        string path = $"/proc/self/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}";

        (int status, _, string errors) = await RunAsync("--capture", path, "--seconds", "1", "rtsp://127.0.0.1:1/a");

        pipe.DisposeLocalCopyOfClientHandle();
        using MemoryStream written = new();
        await pipe.CopyToAsync(written);
        Assert.Equal(1, status); // nobody listens there: the file holds no packets
        Assert.NotEqual(0, written.Length);
        Assert.Contains($"\n{path}: {written.Length} bytes. ", errors, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new MemoryStream();
        int status = await new ProxyProgram("./proxy", output, errors).RunAsync(arguments);
        return (status, output.ToString(), Encoding.UTF8.GetString(errors.ToArray()));
    }
}
