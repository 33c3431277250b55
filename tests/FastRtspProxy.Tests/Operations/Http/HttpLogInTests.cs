using System.Text.Json;
using FastRtspProxy.Operations.Http;

namespace FastRtspProxy.Tests.Operations.Http;

/// <summary>What the body of a log-in says.</summary>
public sealed class HttpLogInTests
{
    [Theory]
    [InlineData("""{"user":"a","password":"b"}""", "a", "b", null)]
    [InlineData("""{"User":"a","PASSWORD":"b","more":"c"}""", "a", "b", null)]
    [InlineData("""{"token":"t","user":null}""", null, null, "t")]
    [InlineData("{}", null, null, null)]
    public void Of_AnObject_ItsTexts(string body, string? user, string? password, string? token) =>
        Assert.Equal(new HttpLogIn(user, password, token), Of(body));

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"token\"")]
    [InlineData("""{"user":1,"password":"b"}""")]
    [InlineData("""{"token":["t"]}""")]
    [InlineData("""{"user":"\ud800","password":"b"}""")]
    [InlineData("""{"user":"a","password":"b\udc00"}""")]
    [InlineData("""{"\ud800":"a"}""")]
    public void Of_AnythingElse_IsNone(string body) => Assert.Null(Of(body));

    private static HttpLogIn? Of(string body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        return HttpLogIn.Of(document.RootElement);
    }
}
