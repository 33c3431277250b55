using System.Net;
using FastRtspProxy.CommandLine;
using FastRtspProxy.Engine;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Tests.Program.CommandLine;

/// <summary>Arguments in, options or one line out. Words are separated by blanks; <c>''</c> is the empty word.</summary>
public sealed class CommandLineTests
{
    private const string Url = "rtsp://192.0.2.10/a";

    /// <summary>Every option with what it must become, in one text that a table can hold.</summary>
    [Theory]
    // The options of LIVE555, each alone.
    [InlineData(Url, "proxyStream=rtsp://192.0.2.10/a udp")]
    [InlineData("-v " + Url, "level=Debug")]
    [InlineData("-V " + Url, "level=Trace")]
    [InlineData("-v -V " + Url, "level=Trace")]
    [InlineData("-V -v " + Url, "level=Debug")]
    [InlineData("-t " + Url, "proxyStream=rtsp://192.0.2.10/a tcp")]
    [InlineData("-T 8080 " + Url, "proxyStream=rtsp://192.0.2.10/a http:8080")]
    [InlineData("-T 1 -T 65535 " + Url, "http:65535")]
    [InlineData(Url, "ports=554,8554 asked= tunnel=80,8000,8080")]
    [InlineData("-p 9554 " + Url, "ports=9554,554,8554 asked=9554")]
    [InlineData("-p 554 " + Url, "ports=554,8554 asked=554")]
    [InlineData("-p 8554 " + Url, "ports=8554,554 asked=8554")]
    [InlineData("-p 1 -p 2 " + Url, "ports=2,554,8554 asked=2")]
    [InlineData("-u admin secret " + Url, "backend=admin/secret")]
    [InlineData("-u -p -v " + Url, "backend=-p/-v")]
    [InlineData("-u '' '' " + Url, "backend=/")]
    [InlineData("-u --help --version " + Url, "backend=--help/--version")]
    [InlineData("-u a b -u c d " + Url, "backend=c/d")]
    [InlineData("-R", "register=True users=")]
    [InlineData("-R -t", "registeredTcp=True")]
    [InlineData("-R -U a b", "register=True users=a/b")]
    [InlineData("-U a b -R -U c d " + Url, "register=True users=a/b,c/d")]
    [InlineData("-U -R -U -R", "register=True users=-R/-U")]
    [InlineData(Url, "dead=10000")]
    [InlineData("-D 0 " + Url, "dead=0")]
    [InlineData("-D 25 " + Url, "dead=25000")]
    [InlineData("-D 1.5 " + Url, "dead=1500")]
    [InlineData("-e cam " + Url, "cam=rtsp://192.0.2.10/a udp")]
    [InlineData("-e a/b " + Url, "a/b=rtsp://192.0.2.10/a udp")]
    [InlineData("-e one -e two " + Url, "two=rtsp://192.0.2.10/a")]
    [InlineData("-e 12345678901234567890123456789012345678901234567890 " + Url, "12345678901234567890123456789012345678901234567890=rtsp")]
    [InlineData("-C viewer secret " + Url, "clients=viewer/secret")]
    [InlineData("-C a b -C c d " + Url, "clients=c/d")]
    [InlineData("-C '' -t " + Url, "clients=/-t")]
    // Names.
    [InlineData(Url + " rtsps://192.0.2.11/b", "proxyStream-1=rtsp://192.0.2.10/a udp proxyStream-2=rtsps://192.0.2.11/b udp")]
    [InlineData("-e cam " + Url + " " + Url, "cam-1=rtsp://192.0.2.10/a udp cam-2=rtsp://192.0.2.10/a udp")]
    [InlineData("rtsp://u:p@192.0.2.10:5540/a?b=c", "proxyStream=rtsp://u:p@192.0.2.10:5540/a?b=c udp")]
    // Our own, before, between and after the short ones, with a blank or '='.
    [InlineData("--linger 3 -v " + Url, "level=Debug linger=3000")]
    [InlineData("-v --linger=500ms " + Url, "level=Debug linger=500")]
    [InlineData("--linger 1m --linger 2m " + Url, "linger=120000")]
    [InlineData(Url, "linger=10000 hold=30000 always=False answer=30000")]
    [InlineData("--hold 0 --always-on " + Url, "hold=0 always=True")]
    [InlineData("--answer-timeout 45 " + Url, "answer=45000")]
    [InlineData("--answer-timeout=500ms " + Url, "answer=500")]
    [InlineData("--bind 192.0.2.1 " + Url, "bind=192.0.2.1")]
    [InlineData("--bind ::1 " + Url, "bind=::1")]
    [InlineData("--bind=[::1] " + Url, "bind=::1")]
    [InlineData("--udp-ports 7000-7099 " + Url, "udp=7000-7099")]
    [InlineData(Url, "udp=6970-7999 threads=0 memory=0")]
    [InlineData("--threads 4 --memory 64M " + Url, "threads=4 memory=67108864")]
    [InlineData("--memory 2g " + Url, "memory=2147483648")]
    [InlineData("--insecure-tls rtsps://192.0.2.10/a", "insecure=True")]
    [InlineData("-R --insecure-tls", "registeredInsecure=True")]
    [InlineData("-C a b --offer-sha256 " + Url, "sha256=True")]
    [InlineData("-R --register-from 192.0.2.0/24 --register-from 2001:db8::1", "from=192.0.2.0/24,2001:db8::1/128")]
    [InlineData("-R --max-registered 5 --allow-private-register", "maxRegistered=5 private=True")]
    [InlineData(Url, "rtsps=/")]
    [InlineData("--rtsps 322 --certificate c.pem --key k.pem " + Url, "rtsps=322/c.pem+k.pem")]
    [InlineData("--rtsps=:8322 --certificate=/etc/c.pem " + Url, "rtsps=8322//etc/c.pem+")]
    [InlineData("--key b --certificate a --certificate c --rtsps 1 --rtsps 322 " + Url, "rtsps=322/c+b")]
    [InlineData("--start auto " + Url, "start=Auto")]
    [InlineData("--start instant " + Url, "start=Instant")]
    [InlineData("--start keyframe " + Url, "start=Keyframe")]
    [InlineData("--start live " + Url, "start=Live")]
    [InlineData("--gop-cache 4M " + Url, "gop=4194304/12000")]
    [InlineData("--gop-cache 4M,5s " + Url, "gop=4194304/5000")]
    [InlineData("--gop-cache 4M,30s " + Url, "gop=4194304/30000")] // the camera is pulled all the time then, and that is no fault
    [InlineData("--slow-timeout 7s " + Url, "slow=7000")]
    [InlineData("--max-clients 10 --max-clients-per-address 2 --max-clients-per-mount 5 " + Url, "max=10/2/5")]
    [InlineData("--max-clients 10 --max-clients-per-address 20 " + Url, "max=10/20/20000")]
    [InlineData("--max-clients 40 " + Url, "max=40/10/20000")]
    [InlineData(Url, "max=20000/5000/20000")]
    [InlineData("--demo", "demo=True")]
    [InlineData("--demo " + Url, "proxyStream-2=rtsp://192.0.2.10/a udp")]
    public void Parse_GoodArguments_BecomeOptions(string arguments, string expected)
    {
        ParseOutcome outcome = CommandLineParser.Parse(Split(arguments));

        Assert.True(outcome is ParseOutcome.Run, outcome.ToString());
        ProgramOptions options = ((ParseOutcome.Run)outcome).Options;
        string actual = Describe(options);
        foreach (string part in expected.Split(' '))
        {
            Assert.Contains(part, actual, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", "no stream")]
    [InlineData("-v", "no stream")]
    [InlineData("-h", "unknown option \"-h\"")]
    [InlineData("-?", "unknown option \"-?\"")]
    [InlineData("-", "unknown option \"-\"")]
    [InlineData("--", "unknown option \"--\"")]
    [InlineData("-x " + Url, "unknown option \"-x\"")]
    [InlineData("--frobnicate " + Url, "unknown option \"--frobnicate\"")]
    [InlineData("-vX " + Url, "begins with \"-v\"")]
    [InlineData("-tfoo " + Url, "begins with \"-t\"")]
    [InlineData("-p8554 " + Url, "begins with \"-p\"")]
    [InlineData("-p 70000 " + Url, "-p \"70000\"")]
    [InlineData("-p 8554abc " + Url, "-p \"8554abc\"")]
    [InlineData("-p 0 " + Url, "-p \"0\"")]
    [InlineData("-p -5 " + Url, "-p \"-5\"")]
    [InlineData("-p abc " + Url, "-p \"abc\"")]
    [InlineData("-p '' " + Url, "-p \"\"")]
    [InlineData("-p", "-p needs a value")]
    [InlineData("-T 0 " + Url, "-T \"0\"")]
    [InlineData("-T http " + Url, "-T \"http\"")]
    [InlineData("-D abc " + Url, "-D \"abc\"")]
    [InlineData("-D -1 " + Url, "-D \"-1\"")]
    [InlineData("-D 99999999 " + Url, "-D \"99999999\"")]
    [InlineData("-u admin", "-u needs two words")]
    [InlineData("-U admin", "-U needs two words")]
    [InlineData("-C", "-C needs two words")]
    [InlineData("-u admin rtsp://192.0.2.10/a", "no stream")]
    [InlineData("-e", "-e needs a value")]
    [InlineData("-e '' " + Url, "-e needs a name")]
    [InlineData("-e -x " + Url, "does not begin with a dash")]
    [InlineData("-e 123456789012345678901234567890123456789012345678901 " + Url, "Invalid stream-name prefix")]
    [InlineData("-e a?b " + Url, "Invalid stream-name prefix")]
    [InlineData("-e /a " + Url, "Invalid stream-name prefix")]
    [InlineData("-U a b " + Url, "-U needs -R")]
    [InlineData("-t -T 80 " + Url, "-t and -T exclude each other")]
    [InlineData("http://192.0.2.10/a", "\"http://192.0.2.10/a\" is not the URL of a camera")]
    [InlineData("RTSP://192.0.2.10/a", "is not the URL of a camera")]
    [InlineData("'' " + Url, "is not the URL of a camera")]
    [InlineData("http://u:secret@192.0.2.10/a", "\"http://u:***@192.0.2.10/a\" is not the URL")]
    [InlineData(Url + " camera2", "\"camera2\" is not the URL")]
    [InlineData("rtsp://", "no valid host")]
    [InlineData("rtsp://u:secret@:554/a", "\"rtsp://u:***@:554/a\" cannot be used")]
    [InlineData("rtsp://192.0.2.10:99999/a", "port")]
    [InlineData(Url + " -v", "-v stands after a URL")]
    [InlineData(Url + " -u admin secret", "-u stands after a URL")]
    [InlineData(Url + " --hold=5", "--hold stands after a URL")]
    [InlineData(Url + " --help", "--help stands after a URL")]
    [InlineData("--linger " + Url, "--linger \"rtsp://192.0.2.10/a\"")]
    [InlineData("--linger", "--linger needs a value")]
    [InlineData("--linger= " + Url, "--linger needs a value")]
    [InlineData("--linger '' " + Url, "--linger needs a value")]
    [InlineData("--linger -5 " + Url, "--linger \"-5\"")]
    [InlineData("--linger 5x " + Url, "--linger \"5x\"")]
    [InlineData("--linger . " + Url, "--linger \".\"")]
    [InlineData("--linger 25h " + Url, "--linger \"25h\"")]
    [InlineData("--answer-timeout 0 " + Url, "--answer-timeout \"0\": an answer is waited for from 500ms to 10m")]
    [InlineData("--answer-timeout 11m " + Url, "--answer-timeout \"11m\": an answer is waited for from 500ms to 10m")]
    [InlineData("--answer-timeout x " + Url, "--answer-timeout \"x\": a duration")]
    [InlineData("--answer-timeout", "--answer-timeout needs a value")]
    [InlineData("--demo=yes", "--demo takes no value")]
    [InlineData("--bind localhost " + Url, "--bind \"localhost\"")]
    [InlineData("--bind 1 " + Url, "--bind \"1\"")]
    [InlineData("--udp-ports 7000 " + Url, "--udp-ports \"7000\"")]
    [InlineData("--udp-ports 7100-7000 " + Url, "--udp-ports \"7100-7000\"")]
    [InlineData("--udp-ports 7001-7002 " + Url, "--udp-ports \"7001-7002\"")]
    [InlineData("--udp-ports 0-70000 " + Url, "--udp-ports \"0-70000\"")]
    [InlineData("--threads many " + Url, "--threads \"many\"")]
    [InlineData("--threads 257 " + Url, "--threads \"257\"")]
    [InlineData("--memory 1K " + Url, "--memory \"1K\"")]
    [InlineData("--memory 64MM " + Url, "--memory \"64MM\"")]
    [InlineData("--memory 99999999999G " + Url, "--memory \"99999999999G\"")]
    [InlineData("--memory M " + Url, "--memory \"M\"")]
    [InlineData("--start now " + Url, "--start \"now\"")]
    [InlineData("--gop-cache 4M,x " + Url, "--gop-cache \"4M,x\"")]
    [InlineData("--gop-cache x " + Url, "--gop-cache \"x\"")]
    [InlineData("--max-clients 0 " + Url, "--max-clients \"0\"")]
    [InlineData("--rtsps 322 " + Url, "--rtsps: TLS needs a certificate: name its file under rtsps.certificates (--certificate FILE)")]
    [InlineData("--certificate c.pem " + Url, "--certificate: no viewer is shown it: name a port for TLS under rtsps.listen (--rtsps PORT")]
    [InlineData("--rtsps 322 --key k.pem " + Url, "--key needs --certificate")]
    [InlineData("--rtsps 322x --certificate c.pem " + Url, "--rtsps \"322x\": where to listen")]
    [InlineData("--rtsps 554 --certificate c.pem " + Url, "--rtsps: port 554 is in rtsp.listen, too")]
    [InlineData("--rtsps 322 --certificate '' " + Url, "--certificate needs a value")]
    [InlineData("-R --register-from 192.0.2.1/24", "--register-from \"192.0.2.1/24\"")]
    [InlineData("-R --register-from 192.0.2.0/24 --register-from x", "--register-from \"x\"")]
    [InlineData("--register-from 192.0.2.0/24 " + Url, "--register-from needs -R")]
    [InlineData("--max-registered 5 " + Url, "--max-registered needs -R")]
    [InlineData("--allow-private-register " + Url, "--allow-private-register needs -R")]
    [InlineData("--offer-sha256 " + Url, "--offer-sha256 needs -C")]
    public void Parse_WrongArguments_AreRefusedWithOneLineThatNamesThem(string arguments, string expected)
    {
        ParseOutcome outcome = CommandLineParser.Parse(Split(arguments));

        string line = Assert.IsType<ParseOutcome.Refuse>(outcome).Line;
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-v --help --frobnicate")]
    [InlineData("--linger 5 --help")]
    public void Parse_Help_PrintsEveryOption(string arguments)
    {
        string text = Assert.IsType<ParseOutcome.Print>(CommandLineParser.Parse(Split(arguments))).Text;

        string[] names =
        [
            "-v", "-V", "-t", "-T", "-p", "-u", "-R", "-U", "-D", "-e", "-C", "--demo", "--bind", "--udp-ports", "--linger", "--always-on", "--hold", "--answer-timeout",
            "--threads", "--memory", "--insecure-tls", "--offer-sha256", "--register-from", "--max-registered", "--allow-private-register",
            "--rtsps", "--certificate", "--key", "--start", "--gop-cache", "--slow-timeout", "--max-clients", "--max-clients-per-address", "--max-clients-per-mount", "--help", "--version",
        ];
        string[] lines = text.Split('\n');
        Assert.All(names, name => Assert.Contains(lines, line => (line + " ").StartsWith("  " + name + " ", StringComparison.Ordinal)));
        Assert.All(lines, line => Assert.True(line.Length <= 120, line));
    }

    /// <summary>The host that they name is a part of the password, and the rest of it would be shown as a path.</summary>
    [Theory]
    [InlineData("rtsp://admin:geh@im/geheim@192.0.2.9:554/a")]
    [InlineData("rtsp://admin:geh@im/geheim@192.0.2.9")]
    [InlineData("rtsp://admin:geh@im/geheim@cam.example/a")]
    [InlineData("rtsp://admin:12/geheim@192.0.2.9/a")]
    [InlineData("rtsp://admin:12/geheim@[2001:db8::9]/a")]
    public void Parse_UrlOfTwoReadings_IsRefusedWithTheRemedyAndWithoutThePassword(string url)
    {
        string line = Assert.IsType<ParseOutcome.Refuse>(CommandLineParser.Parse([url])).Line;

        Assert.Contains("write %2F", line, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtsp://admin:geheim@192.0.2.9/live@main")]
    [InlineData("rtsp://192.0.2.9/live@main/a.sdp")]
    [InlineData("rtsp://192.0.2.9/cam@1.sdp")]
    [InlineData("rtsp://192.0.2.9/rtsp://u:p@192.0.2.10:554/a")]
    [InlineData("rtsp://192.0.2.9/a?user=me@cam.example/x")]
    [InlineData("rtsp://admin:ge/h?eim@192.0.2.9/a")]
    public void Parse_UrlWithAnAtInItsPathOrASlashInItsPassword_IsTaken(string url) => Assert.IsType<ParseOutcome.Run>(CommandLineParser.Parse([url]));

    [Fact]
    public void Parse_Version_PrintsNameAndVersion()
    {
        string text = Assert.IsType<ParseOutcome.Print>(CommandLineParser.Parse(["--version"])).Text;

        Assert.Matches("^fastrtspproxy [0-9]+\\.[0-9]+\\.[0-9]+\n$", text);
    }

    [Theory]
    [InlineData("--version -v", true)]
    [InlineData("-v --version", true)]
    [InlineData("-V --version", true)]
    [InlineData("--version -t", false)]
    [InlineData("-t --version", false)]
    public void Parse_VersionBesideOtherOptions_TheWholeBuildWithMinusV(string arguments, bool isWhole)
    {
        Assert.Equal(isWhole, CommandLineParser.Parse(Split(arguments)) is ParseOutcome.DescribeBuild);
    }

    [Fact]
    public void Whole_OfThisBuild_VersionsAndPlatformInLines()
    {
        Assert.Matches("^fastrtspproxy [0-9.]+\nruntime: \\.NET 10\\.[0-9.]+, of this machine\nOpenSSL: [0-9].*\nplatform: linux-(x64|arm64)\n$", BuildText.Whole());
    }

    private static string[] Split(string arguments)
    {
        return [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word == "''" ? "" : word)];
    }

    private static string Describe(ProgramOptions options)
    {
        ProxyOptions engine = options.Engine;
        IEnumerable<string> words =
        [
            .. engine.Streams.Select(s => $"{s.Name}={s.Url} {Transport(s)}"),
            $"level={options.LogLevel} demo={options.Demo} asked={options.AskedPort}",
            $"ports={string.Join(',', engine.RtspPorts)} tunnel={string.Join(',', engine.TunnelPorts)}",
            $"backend={Text(engine.BackendCredentials)} {string.Join(' ', engine.Streams.Select(s => "backend=" + Text(s.Credentials)))}",
            $"register={engine.AcceptRegister} users={string.Join(',', engine.RegisterCredentials.Select(Text))} registeredTcp={engine.RegisteredStreamsOverTcp}",
            $"dead={engine.DeadStreamInterval.TotalMilliseconds} clients={string.Join(',', engine.ClientCredentials.Select(Text))}",
            $"linger={engine.Linger.TotalMilliseconds} hold={engine.Hold.TotalMilliseconds} always={engine.AlwaysOn} answer={engine.AnswerTimeout.TotalMilliseconds} bind={engine.BindAddress}",
            $"udp={engine.UdpPortFirst}-{engine.UdpPortLast} threads={engine.Threads} memory={engine.MemoryBytes}",
            $"insecure={engine.Streams.Any(s => s.InsecureTls)} registeredInsecure={engine.RegisteredStreamsInsecureTls} sha256={engine.OfferSha256} from={string.Join(',', engine.RegisterFrom)}",
            $"rtsps={string.Join(',', engine.RtspsPorts)}/{string.Join(',', engine.Certificates.Select(static files => $"{files.Certificate}+{files.Key}"))}",
            $"maxRegistered={engine.MaxRegistered} private={engine.AllowPrivateRegister} start={engine.Start}",
            $"gop={engine.GopCacheBytes}/{engine.GopCacheDuration.TotalMilliseconds} slow={engine.SlowTimeout.TotalMilliseconds}",
            $"max={engine.MaxClients}/{engine.ClientsPerAddress}/{engine.MaxClientsPerMount}",
        ];
        return string.Join(' ', words);

        static string Text(Credentials? credentials) => $"{credentials?.User}/{credentials?.Password}";

        static string Transport(StreamOptions stream)
        {
            return stream.Transport switch
            {
                BackendTransport.Tcp => "tcp",
                BackendTransport.HttpTunnel => $"http:{stream.TunnelPort}",
                _ => "udp",
            };
        }
    }
}
