using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>Values that stand elsewhere.</summary>
public sealed class ConfigReferencesTests
{
    private const string Stream = "streams: {a: {source: rtsp://192.0.2.9/a}}\n";

    [Theory]
    [InlineData("${env:NAME}", "geheim")]
    [InlineData("a-${env:NAME}-${env:NAME}", "a-geheim-geheim")]
    [InlineData("${file:secret}", "aus der Datei")]
    [InlineData("${file:/etc/frp/secret}", "aus der Datei")]
    [InlineData("${file:../other/secret}", "anderswo")]
    [InlineData("${file:two-lines}", "eins\\nzwei")]
    [InlineData("${file:windows}", "mit CR")]
    [InlineData("${file:marked}", "mit Marke")]
    [InlineData("${credential:cam}", "von systemd")]
    [InlineData("${file:/run/credentials/frp.service/cam}", "von systemd")]
    [InlineData("$", "$")]
    [InlineData("a$b", "a$b")]
    [InlineData("$$", "$")]
    [InlineData("$${env:NAME}", "${env:NAME}")]
    [InlineData("$$$${x}", "$${x}")]
    [InlineData("${1}", "${1}")]
    [InlineData("${env:NESTED}", "${env:NAME}")]
    public void TryReplace_ReferencesInAValue_BecomeWhatTheyStandFor(string written, string expected)
    {
        ConfigBench bench = Bench();
        ConfigReferences references = new(bench, "/etc/frp", name => bench.Environment.GetValueOrDefault(name));

        bool isWhole = references.TryReplace(written, out string text, out string error);

        Assert.True(isWhole, error);
        Assert.Equal(expected.Replace("\\n", "\n", StringComparison.Ordinal), text);
    }

    [Theory]
    [InlineData("${env:MISSING}", "has no variable of that name")]
    [InlineData("${file:missing}", "does not exist")]
    [InlineData("${file:binary}", "\"/etc/frp/binary\" is not a text")]
    [InlineData("${file:latin}", "\"/etc/frp/latin\" is not a text in UTF-8")]
    [InlineData("${file:large}", "\"/etc/frp/large\" is too large for a secret")]
    [InlineData("${credential:../../etc/shadow}", "the name of a credential has no slash")]
    [InlineData("${credential:..}", "the name of a credential has no slash")]
    [InlineData("${secret:x}", "is none of")]
    [InlineData("${2}", "is none of")]
    [InlineData("${", "has no \"}\" behind it")]
    public void TryReplace_ReferenceWithoutMeaning_IsTold(string written, string expected)
    {
        ConfigBench bench = Bench();
        ConfigReferences references = new(bench, "/etc/frp", name => bench.Environment.GetValueOrDefault(name));

        bool isWhole = references.TryReplace(written, out _, out string error);

        Assert.False(isWhole);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", error, StringComparison.Ordinal);
    }

    /// <summary>The value itself is never part of an error: what is quoted is what stands in the file.</summary>
    [Theory]
    [InlineData("defaults: {linger: \"${env:NAME}\"}", "defaults.linger \"${env:NAME}\": a duration")]
    [InlineData("limits: {viewers: \"${env:NAME}\"}", "limits.viewers \"${env:NAME}\": a number")]
    [InlineData("log: {level: \"${env:NAME}\"}", "log.level \"${env:NAME}\": the levels are")]
    [InlineData("rtsp: {bind: \"${env:NAME}\"}", "rtsp.bind \"${env:NAME}\": an address")]
    [InlineData("streams: {b: {source: \"${env:NAME}\"}}", "streams.b.source \"${env:NAME}\": it is not the URL")]
    [InlineData("auth: {users: [{name: a, password: \"${file:two-lines}\"}]}", "auth.users[0].password: a password has no line ends")]
    public void Load_ReferenceToAWrongValue_IsToldAsItWasWritten(string text, string expected)
    {
        LoadedConfig loaded = Bench().Load(text.StartsWith("streams", StringComparison.Ordinal) ? text : text + "\n" + Stream);

        string lines = string.Join('\n', loaded.Lines);
        Assert.Contains(expected, lines, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("eins", lines, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AnyValue_MayBeAReference()
    {
        ConfigBench bench = Bench();
        bench.Environment["N"] = "7";

        LoadedConfig loaded = bench.Load(
            "limits: {viewers: \"${env:N}\"}\ndefaults: {linger: \"${env:N}s\", alwaysOn: true}\nstreams: {a: {source: \"rtsp://192.0.2.${env:N}/a\"}}\n");

        Assert.Equal(7, loaded.Config!.Limits.Viewers);
        Assert.Equal(TimeSpan.FromSeconds(7), loaded.Config.Streams[0].Linger);
        Assert.Equal("rtsp://192.0.2.7/a", loaded.Config.Streams[0].Sources[0].Url);
    }

    /// <summary>Keys are no values.</summary>
    [Fact]
    public void Load_ReferenceInAName_IsText()
    {
        LoadedConfig loaded = Bench().Load("streams: {\"${env:NAME}\": {source: rtsp://192.0.2.9/a}}\n");

        Assert.Equal("${env:NAME}", loaded.Config!.Streams[0].Name);
    }

    [Fact]
    public void Load_ReferenceInArguments_IsText()
    {
        ConfigMap settings = new(
            default,
            [
                new ConfigEntry(
                    "auth", default,
                    new ConfigMap(default, [new ConfigEntry("realm", default, new ConfigScalar(ConfigPlace.OfOption("--x"), "${env:NAME}"))])),
            ]);

        LoadedConfig loaded = Bench().Load(Stream, new ConfigArguments(settings, static config => config));

        Assert.Equal("${env:NAME}", loaded.Config!.Auth.Realm);
    }

    [Theory]
    [InlineData("defaults: {username: u, password: geheim}", true, "1:35: warning: here is a password, and every user of this machine may read the file: chmod o-r /etc/frp/config.yaml")]
    [InlineData("defaults: {username: u, password: geheim}", false, "")]
    [InlineData("defaults: {username: u, password: \"${env:NAME}\"}", true, "")]
    [InlineData("defaults: {username: u, password: \"${file:secret}\"}", true, "")]
    [InlineData("defaults: {username: u, password: \"${file:open}\"}", false, "warning: the file \"/etc/frp/open\" is used for a value, and every user of this machine may read it")]
    [InlineData("streams: {b: {source: \"rtsp://u:geheim@192.0.2.9/b\"}}", true, "warning: here is a password")]
    [InlineData("streams: {b: {source: \"rtsp://192.0.2.9/b\"}}", true, "")]
    [InlineData("auth: {roles: {v: {may: read}}, users: [{name: a, password: geheim, roles: v}]}", true, "warning: here is a password")]
    public void Load_SecretsThatOthersMayRead_AreWarnedOf(string text, bool isOpen, string expected)
    {
        LoadedConfig loaded = Bench().Load(text.StartsWith("streams", StringComparison.Ordinal) ? text : text + "\n" + Stream, isOpen: isOpen);

        Assert.NotNull(loaded.Config);
        string lines = string.Join('\n', loaded.Lines);
        Assert.Contains(expected, lines, StringComparison.Ordinal);
        Assert.Equal(expected.Length == 0, loaded.Remarks.Count == 0);
        Assert.DoesNotContain("geheim", lines, StringComparison.Ordinal);
    }

    private static ConfigBench Bench()
    {
        ConfigBench bench = new ConfigBench()
            .With("/etc/frp/secret", "aus der Datei\n")
            .With("/etc/frp/../other/secret", "anderswo")
            .With("/etc/frp/two-lines", "eins\nzwei\n")
            .With("/etc/frp/windows", "mit CR\r\n")
            .With("/etc/frp/binary", "geheim\0x")
            .With("/etc/frp/large", new string('g', 70_000))
            .With("/etc/frp/open", "geheim", isOpen: true)
            .With("/run/credentials/frp.service/cam", "von systemd\n");
        bench.Files["/etc/frp/latin"] = new FileContent([(byte)'g', 0xdf], false, null);
        bench.Files["/etc/frp/marked"] = new FileContent([0xef, 0xbb, 0xbf, .. "mit Marke\r\n"u8], false, null);
        bench.Environment["NAME"] = "geheim";
        bench.Environment["NESTED"] = "${env:NAME}";
        bench.Environment["CREDENTIALS_DIRECTORY"] = "/run/credentials/frp.service";
        return bench;
    }
}
