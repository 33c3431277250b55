using FastRtspProxy.CommandLine;
using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Tests.Operations.Configuration;

namespace FastRtspProxy.Tests.Program.CommandLine;

/// <summary>Arguments beside a configuration file, and passwords that stand in files.</summary>
public sealed class ConfigArgumentsTests
{
    private const string Text = """
        log: {level: debug}
        rtsp: {listen: [":9554"], udpPorts: 7000-7099}
        defaults: {linger: 1s, hold: 2s, dead: 3s, start: live, keep: {bytes: 1M, time: 5s}, username: file, password: file}
        limits: {viewers: 7, memory: 64M}
        register: {enabled: true, maxStreams: 5, users: [{name: r, password: r}]}
        rtsps: {listen: 8322, certificates: [{certificate: /etc/frp/file.pem}]}
        streams:
          a: {source: rtsp://192.0.2.9/a}
          b: {source: rtsp://192.0.2.9/b, linger: 9s, transport: auto, username: own, password: own}

        """;

    [Theory]
    [InlineData("", "a=1s b=9s ports=9554 udp=7000-7099 level=Debug viewers=7 memory=67108864 dead=3 start=Live keep=1048576/5 user=file,own way=Udp,Udp register=r max=5")]
    [InlineData("--linger 4s", "a=4s b=9s")]
    [InlineData("--linger=4s --hold 8 -D 6", "a=4s b=9s hold=8 dead=6")]
    [InlineData("-p 8554", "ports=8554,9554")]
    [InlineData("-p 9554", "ports=9554")]
    [InlineData("-v", "level=Debug")]
    [InlineData("-V", "level=Trace")]
    [InlineData("-t", "way=Tcp,Udp")]
    [InlineData("-T 81", "way=HttpTunnel,Udp")]
    [InlineData("-u arg arg", "user=arg,own")]
    [InlineData("-U x y", "register=x")]
    [InlineData("-U x y -U z y -U x q", "register=z,x")]
    [InlineData("-e c//b rtsp://192.0.2.9/c", "c//b=1s")]
    [InlineData("--gop-cache 2M", "keep=2097152/5")]
    [InlineData("--gop-cache 2M,7s", "keep=2097152/7")]
    [InlineData("--max-clients 3 --memory 32M --udp-ports 7200-7299", "viewers=3 memory=33554432 udp=7200-7299")]
    [InlineData("--max-registered 9", "max=9")]
    [InlineData("rtsp://192.0.2.9/c", "a=1s b=9s proxyStream=1s")]
    [InlineData("-e cam rtsp://192.0.2.9/c rtsp://192.0.2.9/d", "a=1s b=9s cam-1=1s cam-2=1s")]
    [InlineData("--demo", "a=1s b=9s proxyStream=1s")]
    [InlineData("--rtsps 322", "rtsps=322//etc/frp/file.pem+")]
    [InlineData("--certificate c.pem", "rtsps=8322/c.pem+")]
    [InlineData("--certificate c.pem --key /k.pem", "rtsps=8322/c.pem+/k.pem")]
    [InlineData("-C n p", "viewer=n")]
    public void Parse_ArgumentsBesideAFile_Win(string arguments, string expected)
    {
        ConfigRequest request = Assert.IsType<ParseOutcome.Load>(
            CommandLineParser.Parse(["--config", ConfigBench.File, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).Request;

        LoadedConfig loaded = new ConfigBench().Load(Text, request.Arguments);

        Assert.True(loaded.Config is not null, string.Join('\n', loaded.Lines));
        string actual = Describe(ProgramOptions.Of(loaded.Config, request.Demo, request.AskedPort));
        Assert.All(expected.Split(' '), part => Assert.Contains(part + " ", actual, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--linger 5x", "--linger \"5x\": a duration is a number of seconds")]
    [InlineData("-e a rtsp://192.0.2.9/c", "streams.a: another stream has the name already: \"a\"")]
    [InlineData("-e a/x rtsp://192.0.2.9/c", "streams.a/x: the name begins with that of another stream (\"a\") at a slash")]
    public void Load_WrongArgumentsBesideAFile_AreToldWithTheFilesErrors(string arguments, string expected)
    {
        ConfigRequest request = Assert.IsType<ParseOutcome.Load>(
            CommandLineParser.Parse(["--config", ConfigBench.File, .. arguments.Split(' ')])).Request;

        LoadedConfig loaded = new ConfigBench().Load(Text, request.Arguments);

        Assert.Null(loaded.Config);
        Assert.Contains(expected, string.Join('\n', loaded.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_CheckBesideConfig_OnlyChecks()
    {
        Assert.True(Assert.IsType<ParseOutcome.Load>(CommandLineParser.Parse(["--check", "--config=x"])).Request.OnlyChecks);
        Assert.False(Assert.IsType<ParseOutcome.Load>(CommandLineParser.Parse(["--config=x"])).Request.OnlyChecks);
    }

    [Theory]
    [InlineData("@/run/secrets/cam", "geheim 1")]
    [InlineData("@@/run/secrets/cam", "@/run/secrets/cam")]
    [InlineData("@@@/x", "@@@/x")]
    [InlineData("@home", "@home")]
    [InlineData("@@home", "@@home")]
    [InlineData("@", "@")]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    public void Parse_PasswordWord_IsThePasswordOrNamesItsFile(string word, string expected)
    {
        ConfigBench files = new ConfigBench().With("/run/secrets/cam", "geheim 1\n");

        ParseOutcome outcome = CommandLineParser.Parse(["-R", "-u", "a", word, "-U", "b", word, "-C", "c", word, "rtsp://192.0.2.9/a"], files);

        ProxyOptions engine = Assert.IsType<ParseOutcome.Run>(outcome).Options.Engine;
        Assert.Equal(new Credentials("a", expected), engine.Streams[0].Credentials);
        Assert.Equal([new Credentials("b", expected)], engine.RegisterCredentials);
        Assert.Equal([new Credentials("c", expected)], engine.ClientCredentials);
    }

    [Theory]
    [InlineData('u')]
    [InlineData('U')]
    [InlineData('C')]
    public void Parse_PasswordFileThatIsNotThere_IsToldWithOptionAndFile(char option)
    {
        ParseOutcome outcome = CommandLineParser.Parse(["-R", $"-{option}", "a", "@/run/secrets/none"], new ConfigBench());

        Assert.Equal(
            $"option -{option}: the file of the password, \"/run/secrets/none\" does not exist (a password that begins so itself is written @@/)",
            Assert.IsType<ParseOutcome.Refuse>(outcome).Line);
    }

    private static string Describe(ProgramOptions options)
    {
        ProxyOptions engine = options.Engine;
        string[] words =
        [
            .. engine.Streams.Select(static stream => $"{stream.Name}={stream.Settings!.Linger.TotalSeconds}s"),
            $"ports={string.Join(',', engine.RtspPorts)} udp={engine.UdpPortFirst}-{engine.UdpPortLast} level={options.LogLevel} "
                + $"viewers={engine.MaxClients} memory={engine.MemoryBytes}",
            $"dead={engine.Streams[0].Settings!.DeadStreamInterval.TotalSeconds} hold={engine.Streams[0].Settings!.Hold.TotalSeconds} "
                + $"start={engine.Streams[0].Settings!.Start}",
            $"rtsps={string.Join(',', engine.RtspsPorts)}/{string.Join(',', engine.Certificates.Select(static files => $"{files.Certificate}+{files.Key}"))}",
            $"keep={engine.Streams[0].Settings!.GopCacheBytes}/{engine.Streams[0].Settings!.GopCacheDuration.TotalSeconds}",
            $"user={string.Join(',', engine.Streams.Take(2).Select(static stream => stream.Credentials?.User))} way={string.Join(',', engine.Streams.Take(2).Select(static stream => stream.Transport))}",
            $"register={string.Join(',', engine.RegisterCredentials.Select(static user => user.User))} max={engine.MaxRegistered} "
                + $"viewer={string.Join(',', engine.ClientCredentials.Select(static user => user.User))}",
        ];
        return string.Join(' ', words) + " ";
    }
}
