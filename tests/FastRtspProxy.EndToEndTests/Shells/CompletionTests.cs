using System.Text.RegularExpressions;
using FastRtspProxy.EndToEndTests.Processes;

namespace FastRtspProxy.EndToEndTests.Shells;

/// <summary>What the shells of Debian offer with the completions of packaging/completions, and that the programs take it.</summary>
public sealed partial class CompletionTests : IClassFixture<Prerequisites>
{
    public static TheoryData<string, string, string> Lines
    {
        get
        {
            (string Line, string Offered)[] lines =
            [
                ("fastrtspproxy --st", "--start"),
                ("fastrtspproxy --start ", "auto instant keyframe live past"),
                ("fastrtspproxy --start=", "auto instant keyframe live past"),
                ("fastrtspproxy --start=k", "keyframe"),
                ("fastrtspproxy --demo --http :9554 --start=auto --max-clients=5 --always", "--always-on"),
                ("fastrtspproxy --http 127.0.0.1:9554 --always", "--always-on"),
                ("fastrtspproxy -u --start secret --linger 5s --ho", "--hold"),
                ("fastrtspproxy -u name --st", ""),
                ("fastrtspproxy -p ", ""),
                ("fastrtspproxy rtsp://192.0.2.10/main --st", ""),
                ("fastrtspproxy --config ", "one.yaml two.pem"),
                ("fastrtspproxy --config=o", "one.yaml"),
                ("fastrtspproxy --certificate t", "two.pem"),
                ("rtspsim ", "camera load probe replay"),
                ("rtspsim lo", "load"),
                ("rtspsim --v", "--version"),
                ("rtspsim camera --tra", "--transports"),
                ("rtspsim camera --video h", "h264 h265"),
                ("rtspsim camera --port 8554 --audio ", "clip none pcmu"),
                ("rtspsim camera --personality o", "one.yaml"),
                ("rtspsim camera --personality d", "dahua"),
                ("rtspsim camera --metadata ", ""),
                ("rtspsim load --json ", "one.yaml two.pem"),
                ("rtspsim load -t ", "http mix multicast tcp udp"),
                ("rtspsim load rtsp://192.0.2.10/main --transport=u", "udp"),
                ("rtspsim load rtsp://192.0.2.10/main --transport tcp --in", "--insecure-tls"),
                ("rtspsim probe --transport ", "tcp udp"),
            ];
            TheoryData<string, string, string> data = [];
            foreach ((string line, string offered) in lines)
            {
                foreach (string shell in s_shells)
                {
                    data.Add(shell, line, offered);
                }
            }

            return data;
        }
    }

    public static TheoryData<string, string> Commands
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (string command in (string[])["fastrtspproxy", "rtspsim", "rtspsim camera", "rtspsim load", "rtspsim probe"])
            {
                foreach (string shell in s_shells)
                {
                    data.Add(shell, command);
                }
            }

            return data;
        }
    }

    private static readonly string[] s_shells = ["bash", "zsh", "fish"];

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Shell_AtTheEndOfALine_OffersWhatMayStandThere(string shell, string line, string offered)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("frp-shell-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "one.yaml"), "");
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "two.pem"), "");

            Assert.Equal(offered, string.Join(' ', await ShellCompletion.OfferAsync(shell, line, folder.FullName)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The binary's own help says which options there are.</summary>
    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Shell_BehindADash_OffersTheOptionsOfTheHelp(string shell, string command)
    {
        string[] words = command.Split(' ');
        ProgramOutput help = await ProgramOutput.OfAsync(
            "/", words[0] == "rtspsim" ? Prerequisites.SimulatorBinary : Prerequisites.ProxyBinary, [.. words[1..], "--help"]);
        string[] expected =
        [
            .. help.Lines.SelectMany(static line => OptionName().Matches(OptionRow().Match(line).Value).Select(static match => match.Value)).Distinct()
                .Order(StringComparer.Ordinal),
        ];
        Assert.True(expected.Length >= 2, help.ToString());

        string[] offered = [.. await ShellCompletion.OfferAsync(shell, command + " -", "/"), .. await ShellCompletion.OfferAsync(shell, command + " --", "/")];

        Assert.Equal(string.Join(' ', expected), string.Join(' ', offered.Distinct().Order(StringComparer.Ordinal)));
    }

    /// <summary>The head of a row: two blanks, names, and then a value's name or the text.</summary>
    [GeneratedRegex(@"^  (?:-[^\s,]+(?:, )?)+")]
    private static partial Regex OptionRow();

    [GeneratedRegex(@"(?<=^|\s)--?[A-Za-z][\w-]*")]
    private static partial Regex OptionName();
}
