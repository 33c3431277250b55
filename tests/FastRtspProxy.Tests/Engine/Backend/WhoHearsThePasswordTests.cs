using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Each way that leads a session to another host, and each spelling of a challenge there: the password itself stays here.</summary>
public sealed class WhoHearsThePasswordTests
{
    private static readonly Credentials s_given = new("admin", "top-secret");

    /// <summary>Ways to write a challenge that asks for the password itself, one string a header line, joined by a line feed.</summary>
    public static TheoryData<string> BasicChallenges => [
        "Basic realm=\"x\"",
        "BASIC realm=\"x\"",
        "\tbAsIc\trealm=\"x\"",
        "Basic",
        "Foo x=1, Basic realm=\"x\"",
        "Digest realm=\"x\", nonce=\"n\", algorithm=FOO, Basic realm=\"y\"",
        ",Basic realm=\"y\"",
        "\"\",\tBasic realm=\"y\"",
        "Digest realm=\"a, Basic b\", qop=\"auth-int\", nonce=\"n\",Basic realm=\"y\"",
        "Negotiate\nBasic realm=\"x\"",
        "Foo\nBar, Basic realm=\"x\", Baz",
    ];

    [Theory]
    [MemberData(nameof(BasicChallenges))]
    public async Task Redirect_ToAnotherHostThatAsksForThePassword_IsNotTold(string challenges)
    {
        await using BackendFixture fixture = new();
        using ScriptedCamera other = new();
        other.Script = _ => Challenge(challenges);
        fixture.Camera.Script = _ => ScriptedReply.Of(302, "Found", ("Location", Elsewhere(other.Url)));

        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(credentials: s_given));

        Assert.Equal(BackendFailureKind.Unauthorized, failure!.Kind);
        Assert.Contains("asks for the password itself", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, other.Count("DESCRIBE"));
        Assert.All(other.Requests, r => Assert.Null(r.Header("Authorization")));
    }

    [Theory]
    [InlineData("Digest realm=\"x\", nonce=\"n\"")]
    [InlineData("Digest realm=\"x\", nonce=\"n\"\nBasic realm=\"x\"")]
    [InlineData("Basic realm=\"x\", Digest realm=\"x\", nonce=\"n\"")]
    public async Task Redirect_ToAnotherHostThatOffersDigest_GetsADigest(string challenges)
    {
        await using BackendFixture fixture = new();
        using ScriptedCamera other = new();
        other.Script = r => r.Header("Authorization") is null ? Challenge(challenges) : null;
        fixture.Camera.Script = _ => ScriptedReply.Of(302, "Found", ("Location", Elsewhere(other.Url)));

        Assert.Null(await fixture.OpenAsync(fixture.Create(credentials: s_given)));

        Assert.StartsWith("Digest ", other.Requests[^1].Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirect_BackToTheNamedHost_ItIsToldAgain()
    {
        await using BackendFixture fixture = new();
        using ScriptedCamera other = new();
        other.Script = _ => ScriptedReply.Of(302, "Found", ("Location", fixture.Camera.Url + "/again"));
        fixture.Camera.Script = r => !r.Uri.EndsWith("/again", StringComparison.Ordinal) ? ScriptedReply.Of(302, "Found", ("Location", Elsewhere(other.Url)))
            : r.Header("Authorization") is null ? Challenge("Basic realm=\"x\"") : null;

        Assert.Null(await fixture.OpenAsync(fixture.Create(credentials: s_given)));

        Assert.StartsWith("Basic ", fixture.Camera.Requests[^1].Header("Authorization"), StringComparison.Ordinal);
        Assert.All(other.Requests, r => Assert.Null(r.Header("Authorization")));
    }

    [Fact]
    public async Task Redirect_WithCredentialsOfItsOwn_TheHostAfterItGetsNone()
    {
        await using BackendFixture fixture = new();
        using ScriptedCamera second = new();
        using ScriptedCamera third = new();
        third.Script = _ => Challenge("Basic realm=\"x\"");
        second.Script = r => r.Header("Authorization") is null ? Challenge("Basic realm=\"x\"") : ScriptedReply.Of(302, "Found", ("Location", Elsewhere(third.Url)));
        fixture.Camera.Script = _ => ScriptedReply.Of(302, "Found", ("Location", Elsewhere(second.Url).Replace("rtsp://", "rtsp://their:own@", StringComparison.Ordinal)));

        Assert.Equal(BackendFailureKind.Unauthorized, (await fixture.OpenAsync(fixture.Create(credentials: s_given)))!.Kind);

        Assert.Equal("Basic " + Convert.ToBase64String("their:own"u8), second.Requests[^1].Header("Authorization"));
        Assert.All(third.Requests, r => Assert.Null(r.Header("Authorization")));
    }

    [Fact]
    public async Task RedirectRequest_NextSessionAtAnotherHost_IsNotTold()
    {
        await using BackendFixture fixture = new();
        using ScriptedCamera other = new();
        other.Script = _ => Challenge("Foo, Basic realm=\"x\"");
        BackendOptions? options = null;
        BackendSession first = fixture.Create(credentials: s_given, change: o => options = o);
        Assert.Null(await fixture.OpenAsync(first));

        // What a mount does after a REDIRECT: the same credentials, another URL.
        Assert.True(FastRtspProxy.Protocol.Rtsp.RtspUrl.TryParse(Elsewhere(other.Url), out FastRtspProxy.Protocol.Rtsp.RtspUrl? elsewhere, out _));
        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(change: _ => options! with { Url = elsewhere }));

        Assert.Equal(BackendFailureKind.Unauthorized, failure!.Kind);
        Assert.All(other.Requests, r => Assert.Null(r.Header("Authorization")));
    }

    /// <summary>The same machine by another name is another host: who answers there is not known to be the one that the user named.</summary>
    private static string Elsewhere(string url) => url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    private static ScriptedReply Challenge(string lines) =>
        ScriptedReply.Of(401, "Unauthorized", [.. lines.Split('\n').Select(line => ("WWW-Authenticate", line))]);
}
