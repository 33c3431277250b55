using System.Text;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Tests.Engine.Access;

public sealed class ExternalReplyTests
{
    private const string Md5 = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData(200, "", ExternalVerdict.Allow)]
    [InlineData(204, "", ExternalVerdict.Allow)]
    [InlineData(200, "OK", ExternalVerdict.Allow)]
    [InlineData(200, "{}", ExternalVerdict.Allow)]
    [InlineData(200, "[1]", ExternalVerdict.Allow)]
    [InlineData(201, "{\"allow\": true}", ExternalVerdict.Allow)]
    [InlineData(200, "{\"allow\": false}", ExternalVerdict.Deny)]
    [InlineData(200, "{\"allow\": false, \"ha1\": {\"md5\": \"" + Md5 + "\"}}", ExternalVerdict.Deny)]
    [InlineData(200, "{\"allow\": \"false\"}", ExternalVerdict.Error)]
    [InlineData(200, "{\"allow\": 0}", ExternalVerdict.Error)]
    [InlineData(200, "{\"allow\": null}", ExternalVerdict.Error)]
    [InlineData(200, "{\"ha1\": {}}", ExternalVerdict.Error)]
    [InlineData(200, "{\"ha1\": null}", ExternalVerdict.Error)]
    [InlineData(200, "{\"ha1\": \"" + Md5 + "\"}", ExternalVerdict.Error)]
    [InlineData(200, "{\"ha1\": {\"md5\": \"short\"}}", ExternalVerdict.Error)]
    [InlineData(200, "{\"ha1\": {\"md5\": 7}}", ExternalVerdict.Error)]
    [InlineData(200, "{\"ha1\": {\"md5\": \"\\ud800\"}}", ExternalVerdict.Error)]
    [InlineData(401, "{\"allow\": true}", ExternalVerdict.Deny)]
    [InlineData(403, "", ExternalVerdict.Deny)]
    [InlineData(301, "", ExternalVerdict.Error)]
    [InlineData(307, "{\"allow\": true}", ExternalVerdict.Error)]
    [InlineData(400, "", ExternalVerdict.Error)]
    [InlineData(404, "", ExternalVerdict.Error)]
    [InlineData(429, "", ExternalVerdict.Error)]
    [InlineData(500, "{\"allow\": true}", ExternalVerdict.Error)]
    internal void Read_StatusAndBody_AsTheTableSays(int status, string body, ExternalVerdict verdict)
    {
        ExternalAnswer answer = ExternalReply.Read(status, Encoding.UTF8.GetBytes(body));

        Assert.Equal(verdict, answer.Verdict);
        Assert.Null(answer.Secret);
    }

    [Fact]
    public void Read_Hashes_AreTheUsersSecret()
    {
        ExternalAnswer answer = ExternalReply.Read(200, Encoding.UTF8.GetBytes($$$"""{"ha1": {"md5": "{{{Md5}}}", "sha-256": null, "note": 1}, "more": []}"""));

        Assert.Equal(ExternalVerdict.Allow, answer.Verdict);
        Assert.Equal(UserSecret.TryOfHashes(Md5, null), answer.Secret);
    }

    [Fact]
    public void Read_BodyOverItsBound_IsAnError()
    {
        Assert.Equal(ExternalVerdict.Error, ExternalReply.Read(200, new byte[ExternalReply.BodyBytes + 1]).Verdict);
        Assert.Equal(ExternalVerdict.Allow, ExternalReply.Read(200, new byte[ExternalReply.BodyBytes]).Verdict);
    }

    /// <summary>Bytes of somebody else, whole, cut anywhere, and with any byte changed: a verdict, never an exception.</summary>
    [Fact]
    public void Read_AnyBytes_NeverThrows()
    {
        byte[] whole = Encoding.UTF8.GetBytes($$$"""{"allow": true, "ha1": {"md5": "{{{Md5}}}"}}""");
        Random random = new(5);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] body = whole[..random.Next(whole.Length + 1)];
            if (body.Length > 0)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            Assert.True(Enum.IsDefined(ExternalReply.Read(200, body).Verdict));
        }
    }
}
