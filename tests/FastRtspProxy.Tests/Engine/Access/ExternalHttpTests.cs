using System.Text.Json;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Access;

/// <summary>What goes over the wire, and what comes back, against a server on loopback.</summary>
public sealed class ExternalHttpTests
{
    private static readonly ExternalQuestion s_question = new("read", "gate/1", "anna", null, "t&\"é", "10.0.0.1", "rtsp");

    [Fact]
    public async Task Ask_Post_HasTheQuestionAndTheSecretHeaders()
    {
        await using StandInAuthServer server = new();
        using ExternalHttp http = new(new ExternalSettings(server.Url) { Headers = [new("X-Secret", "s3"), new("Authorization", "Bearer b")] });

        Assert.Equal(ExternalVerdict.Allow, (await http.AskAsync(s_question, CancellationToken.None)).Verdict);

        string[] parts = Assert.Single(server.Requests).Split("\r\n\r\n");
        Assert.StartsWith("POST /frp HTTP/1.1\r\n", parts[0], StringComparison.Ordinal);
        Assert.Contains("\r\nX-Secret: s3", parts[0], StringComparison.Ordinal);
        Assert.Contains("\r\nAuthorization: Bearer b", parts[0], StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json", parts[0], StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(parts[1]);
        Assert.Equal(
            ["action=read", "path=gate/1", "user=anna", "token=t&\"é", "address=10.0.0.1", "protocol=rtsp"],
            json.RootElement.EnumerateObject().Select(static member => $"{member.Name}={member.Value.GetString()}"));
    }

    /// <summary>A name has several addresses, of which the first may be nobody's: localhost is ::1 and 127.0.0.1 on most machines.</summary>
    [Fact]
    public async Task Ask_HostByName_ReachesIt()
    {
        await using StandInAuthServer server = new();
        using ExternalHttp http = new(new ExternalSettings(new Uri($"http://localhost:{server.Url.Port}/frp")));

        Assert.Equal(ExternalVerdict.Allow, (await http.AskAsync(s_question, CancellationToken.None)).Verdict);
    }

    [Fact]
    public async Task Ask_Redirect_IsNotFollowed()
    {
        await using StandInAuthServer elsewhere = new();
        await using StandInAuthServer server = new() { Answer = _ => $"307 Temporary Redirect\r\nLocation: {elsewhere.Url}\r\nContent-Length: 0\r\n\r\n" };
        using ExternalHttp http = new(new ExternalSettings(server.Url));

        Assert.Equal(ExternalVerdict.Error, (await http.AskAsync(s_question, CancellationToken.None)).Verdict);

        Assert.Empty(elsewhere.Requests);
    }

    [Theory]
    [InlineData("401 Unauthorized\r\nContent-Length: 0\r\n\r\n", ExternalVerdict.Deny)]
    [InlineData("500 Oops\r\nContent-Length: 0\r\n\r\n", ExternalVerdict.Error)]
    [InlineData("200 OK\r\nContent-Length: 10\r\n\r\nshort", ExternalVerdict.Error)]
    [InlineData("nonsense\r\n\r\n", ExternalVerdict.Error)]
    [InlineData("", ExternalVerdict.Error)]
    internal async Task Ask_AnswerOfThatKind_IsThatVerdict(string answer, ExternalVerdict verdict)
    {
        await using StandInAuthServer server = new() { Answer = _ => answer };
        using ExternalHttp http = new(new ExternalSettings(server.Url));

        Assert.Equal(verdict, (await http.AskAsync(s_question, CancellationToken.None)).Verdict);
    }

    [Fact]
    public async Task Ask_EndlessBody_IsAnErrorWithoutBeingRead()
    {
        await using StandInAuthServer server = new() { Answer = static _ => StandInAuthServer.Json("{\"x\": \"" + new string('x', 40_000) + "\"}") };
        using ExternalHttp http = new(new ExternalSettings(server.Url));

        Assert.Equal(ExternalVerdict.Error, (await http.AskAsync(s_question, CancellationToken.None)).Verdict);
    }

    [Fact]
    public async Task Ask_ServerHangs_EndsWithTheCancellation()
    {
        await using StandInAuthServer server = new() { Answer = static _ => null };
        using ExternalHttp http = new(new ExternalSettings(server.Url));
        using CancellationTokenSource cancel = new();
        Task<ExternalAnswer> asked = http.AskAsync(s_question, cancel.Token);
        await Until.TrueAsync(() => server.Waiting == 1);
        Assert.False(asked.IsCompleted);

        await cancel.CancelAsync();

        Assert.Equal(ExternalVerdict.Error, (await asked.WaitAsync(RtspTestClient.Limit)).Verdict);
    }

    [Fact]
    public async Task Ask_NobodyListens_IsAnError()
    {
        Uri url;
        await using (StandInAuthServer server = new())
        {
            url = server.Url;
        }

        using ExternalHttp http = new(new ExternalSettings(url));

        Assert.Equal(ExternalVerdict.Error, (await http.AskAsync(s_question, CancellationToken.None)).Verdict);
    }

    [Fact]
    public async Task Ask_AfterItsEnd_IsAnError()
    {
        await using StandInAuthServer server = new();
        ExternalHttp http = new(new ExternalSettings(server.Url));
        http.Dispose();

        Assert.Equal(ExternalVerdict.Error, (await http.AskAsync(s_question, CancellationToken.None)).Verdict);
    }
}
