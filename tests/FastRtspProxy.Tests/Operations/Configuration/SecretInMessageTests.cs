using FastRtspProxy.Operations.Configuration;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>
/// Passwords that YAML does not read as passwords, because of a letter in them. Each is written with the word "geheim" in it, where the reading goes
/// wrong; in the table a line end is written <c>|</c>.
/// </summary>
public sealed class SecretInMessageTests
{
    [Theory]
    // Letters that mean something at the beginning of a value.
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: *geheim}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: !geheim}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: !!geheim}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: !e!geheim x}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: !<geheim> x}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: &geheim}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: &geheim [*geheim]}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: @geheim}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: %geheim}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: `geheim}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: {geheim}}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: {x: geheim}}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: [geheim]}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: 'geheim}}")]
    [InlineData("streams:|  a:|    source: rtsp://192.0.2.9/a|    username: u|    password: |geheim")]
    [InlineData("streams:|  a:|    source: rtsp://192.0.2.9/a|    username: u|    password: *geheim")]
    [InlineData("streams:|  a:|    source: rtsp://192.0.2.9/a|    username: u|    password: !geheim")]
    [InlineData("streams:|  a:|    source: rtsp://192.0.2.9/a|    username: u|    password: ? geheim: x")]
    // Letters that end a value, or part it.
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: p,geheim}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: p,geheim,hold: 5s}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: p,geheim: 5s}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: p,geheim:}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: p,geheim,geheim}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: p,geheim: 1,geheim: 2}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: p,[geheim]}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: p,\"geheim\"}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: p,*geheim}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: p,!geheim x}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: p}geheim}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: p]geheim}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: p: geheim}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, passwrd: p,geheim: x}}")]
    [InlineData("streams: {a: {password:geheim, source: rtsp://192.0.2.9/a, username: u}}")]
    [InlineData("streams: {a: {password = geheim}}")]
    [InlineData("streams: {a: {\"password: geheim\"}}")]
    [InlineData("streams:|  a:|    source: rtsp://192.0.2.9/a|    password:geheim")]
    [InlineData("streams:|  a:|    source: rtsp://192.0.2.9/a|    password: p: geheim")]
    [InlineData("auth: {users: [{name: a, password: p,geheim}]}|streams: {a: {source: rtsp://192.0.2.9/a}}")]
    [InlineData("auth: {users: [{name: a, password: [p,geheim]}]}|streams: {a: {source: rtsp://192.0.2.9/a}}")]
    [InlineData("auth: {users: [{name: a, password: [p, geheim: x]}]}|streams: {a: {source: rtsp://192.0.2.9/a}}")]
    [InlineData("auth: {external: {url: \"https://h/\", headers: {X-Token: p,geheim}}}|streams: {a: {source: rtsp://192.0.2.9/a}}")]
    [InlineData("auth: {external: {url: \"https://h/\", headers: {X-Token: p,geheim y: z}}}|streams: {a: {source: rtsp://192.0.2.9/a}}")]
    [InlineData("auth: {external: {url: \"https://h/\", headers: {X-Token:geheim}}}|streams: {a: {source: rtsp://192.0.2.9/a}}")]
    // The same in URLs.
    [InlineData("streams: {a: {source: rtsp://u:geheim,x@192.0.2.9/a}}")]
    [InlineData("streams: {a: {source: rtsp://u:x,geheim@192.0.2.9/a}}")]
    [InlineData("streams: {a: {source: rtsp://u:geheim}x@192.0.2.9/a}}")]
    [InlineData("streams: {a: {source: rtsp://u:geheim #@192.0.2.9/a|}}")]
    [InlineData("streams: {a: {source: rtsp://u:geheim}}")]
    [InlineData("streams: {a: {source: \"rtsp://u:geheim/192.0.2.9\"}}")]
    [InlineData("streams: {a: {sources: [rtsp://u:geheim,x@192.0.2.9/a]}}")]
    [InlineData("streams: {a: {sources: [rtsp://u:x,geheim@192.0.2.9/a]}}")]
    [InlineData("streams: {a: {sources: [rtsp://u:x,geheim,y@192.0.2.9/a]}}")]
    [InlineData("streams: {a: {source: \"rtsp//u:geheim@192.0.2.9/a\"}}")]
    [InlineData("streams: {a: {source: \"rtsp:/u:geheim@192.0.2.9/a?src=rtsp://d/\"}}")]
    [InlineData("streams: {a: {source: \"rtsp:/u:geheim@192.0.2.9/a?src=rtsp://v:x@d/\"}}")]
    [InlineData("streams: {a: {source: \"u:geheim@rtsp://192.0.2.9/a\"}}")]
    [InlineData("auth: {external: {url: \"https://u:geheim@h/\"}}|streams: {a: {source: rtsp://192.0.2.9/a}}")]
    // References that are none.
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: \"${geheim}\"}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: \"p${geheim:x}y\"}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: \"p${geheim\"}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, username: u, password: ${geheim}}}")]
    [InlineData("streams: {a: {source: \"rtsp://u:${geheim}@192.0.2.9/a\"}}")]
    public void Load_PasswordThatIsReadAsSomethingElse_IsInNoMessage(string text)
    {
        LoadedConfig loaded = new ConfigBench().Load(text.Replace('|', '\n'));

        Assert.Null(loaded.Config);
        Assert.NotEmpty(loaded.Lines);
        Assert.DoesNotContain("geheim", string.Join('\n', loaded.Lines), StringComparison.Ordinal);
    }
}
