using System.Text;
using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Streams;

namespace FastRtspProxy.Tests.Operations.Streams;

/// <summary>What a request makes of a stream, in JSON with single quotation marks.</summary>
public sealed class StreamEditTests
{
    [Theory]
    // Credentials of a URL stand under their own keys.
    [InlineData("{'source':'rtsp://u:p%40q@c/a'}", "{'source':'rtsp://c/a','username':'u','password':'p@q'}")]
    [InlineData("{'source':'rtsp://u:p/q@c/a?b=1'}", "{'source':'rtsp://c/a?b=1','username':'u','password':'p/q'}")]
    [InlineData("{'source':'rtsp://u@c/a'}", "{'source':'rtsp://c/a','username':'u'}")]
    [InlineData("{'sources':['rtsp://u:p@c/a','rtsp://d/b']}", "{'sources':[{'url':'rtsp://c/a','username':'u','password':'p'},'rtsp://d/b']}")]
    [InlineData(
        "{'sources':['rtsp://u:p@c/a',{'url':'rtsp://v@d/b','probe':false}]}",
        "{'sources':[{'url':'rtsp://c/a','username':'u','password':'p'},{'url':'rtsp://d/b','probe':false,'username':'v'}]}")]
    [InlineData("{'sources':['rtsp://c/a',{'url':'rtsp://d/b','transport':'tcp'}]}", "{'sources':['rtsp://c/a',{'url':'rtsp://d/b','transport':'tcp'}]}")]
    [InlineData("{'sources':['rtsp://u:p@c/a','rtsp://u:p@d/b']}", "{'sources':['rtsp://c/a','rtsp://d/b'],'username':'u','password':'p'}")]
    [InlineData("{'source':'rtsp://u:p@c/${1}'}", "{'source':'rtsp://c/${1}','username':'u','password':'p'}")]
    [InlineData("{'source':'rtsp://c/a','hold':null,'tls':{'fingerprint':null}}", "{'source':'rtsp://c/a','tls':{}}")]
    public void Of_NewStream_IsWhatWasSaid(string given, string expected) => Check(null, given, false, expected, "");

    [Theory]
    [InlineData("{'source':'rtsp://u:p@c/a','username':'u'}", "/source")]
    [InlineData("{'source':'rtsp://u:p@c/a','password':'x'}", "/source")]
    [InlineData("{'sources':['rtsp://c/a',{'url':'rtsp://u:p@d/b','username':'v'}]}", "/sources/1/url")]
    [InlineData("{'sources':['rtsp://c/a','rtsp://d/b',5]}", "/sources/2")]
    [InlineData("{'sources':['rtsp://c/a',{'username':'v'}]}", "/sources/1/url")]
    [InlineData("{'sources':['rtsp://c/a',{'url':'rtsp://d/b','tarnsport':'tcp'}]}", "/sources/1/tarnsport")]
    [InlineData("{'source':'http://u:p@c/a'}", "/source")]
    [InlineData("{'source':5}", "/source")]
    [InlineData("{'source':'rtsp://c/a','tarnsport':'tcp'}", "/tarnsport")]
    [InlineData("{'source':'rtsp://c/a','tls':{'verfy':true}}", "/tls/verfy")]
    [InlineData("{'source':'rtsp://c/a','allow':{'from':['10.0.0.0/8','x']}}", "/allow/from/1")]
    [InlineData("{'source':'rtsp://c/a','a.b/c~d\\\"[0]':1}", "/a.b~1c~0d\"[0]")]
    public void Of_WrongBody_NamesThePlace(string given, string pointer) =>
        Assert.Equal(pointer, Edit(null, given, false).Faults.Single().Pointer);

    [Theory]
    // A password is kept where its camera stays.
    [InlineData("{'source':'rtsp://c/b'}", true, "{'source':'rtsp://c/b','username':'u','password':'p'}", "")]
    [InlineData("{'hold':'5s'}", true, "{'source':'rtsp://c/a','username':'u','password':'p','hold':'5s'}", "")]
    [InlineData("{'source':'rtsp://c/a','username':'u'}", false, "{'source':'rtsp://c/a','username':'u','password':'p'}", "")]
    [InlineData("{'source':'rtsp://c/a','username':'v'}", false, "{'source':'rtsp://c/a','username':'v','password':'p'}", "")]
    [InlineData("{'source':'rtsp://v@c/a'}", false, "{'source':'rtsp://c/a','username':'v','password':'p'}", "")]
    // It is taken away by who says so.
    [InlineData("{'password':null}", true, "{'source':'rtsp://c/a','username':'u'}", "")]
    [InlineData("{'source':'rtsp://c/a','username':'u','password':null}", false, "{'source':'rtsp://c/a','username':'u'}", "")]
    [InlineData("{'source':'rtsp://c/a'}", false, "{'source':'rtsp://c/a'}", "")]
    [InlineData("{'username':null}", true, "{'source':'rtsp://c/a'}", "")]
    // Another camera does not hear it.
    [InlineData("{'source':'rtsp://evil/a'}", true, "{'source':'rtsp://evil/a','username':'u'}", "password")]
    [InlineData("{'source':'rtsp://evil/a','username':'u'}", false, "{'source':'rtsp://evil/a','username':'u'}", "password")]
    [InlineData("{'source':'rtsp://c:5554/a'}", true, "{'source':'rtsp://c:5554/a','username':'u'}", "password")]
    [InlineData("{'source':'rtsps://c/a'}", true, "{'source':'rtsps://c/a','username':'u'}", "password")]
    [InlineData("{'source':null,'sources':['rtsp://c/a','rtsp://evil/a']}", true, "{'sources':['rtsp://c/a','rtsp://evil/a'],'username':'u'}", "password")]
    [InlineData("{'transport':'http','tunnelPort':99}", true, "{'source':'rtsp://c/a','username':'u','transport':'http','tunnelPort':99}", "password")]
    // A new one is the new camera's.
    [InlineData("{'source':'rtsp://evil/a','password':'n'}", true, "{'source':'rtsp://evil/a','username':'u','password':'n'}", "")]
    [InlineData("{'source':'rtsp://w:n@evil/a'}", true, "{'source':'rtsp://evil/a','username':'w','password':'n'}", "")]
    public void Of_Change_KeepsThePasswordOfTheCameraThatStays(string given, bool isMerge, string expected, string cleared) =>
        Check("{'source':'rtsp://c/a','username':'u','password':'p'}", given, isMerge, expected, cleared);

    [Theory]
    // A source's own stays where its camera and its user do, whatever its place.
    [InlineData("{'hold':'5s'}", true, "{'sources':['rtsp://c/a',{'url':'rtsp://d/b','username':'v','password':'q'}],'username':'u','password':'p','hold':'5s'}", "")]
    [InlineData(
        "{'sources':[{'url':'rtsp://d/b','username':'v'},'rtsp://c/a'],'username':'u'}", false,
        "{'sources':[{'url':'rtsp://d/b','username':'v','password':'q'},'rtsp://c/a'],'username':'u','password':'p'}", "")]
    [InlineData(
        "{'sources':['rtsp://c/a',{'url':'rtsp://d/b','username':'v','password':null}]}", true,
        "{'sources':['rtsp://c/a',{'url':'rtsp://d/b','username':'v','password':null}],'username':'u','password':'p'}", "")]
    [InlineData(
        "{'sources':['rtsp://c/a',{'url':'rtsp://d/b','username':'w'}]}", true,
        "{'sources':['rtsp://c/a',{'url':'rtsp://d/b','username':'w'}],'username':'u','password':'p'}", "")]
    // It would hear that of the stream.
    [InlineData("{'sources':['rtsp://c/a','rtsp://d/b']}", true, "{'sources':['rtsp://c/a','rtsp://d/b'],'username':'u'}", "password")]
    // Another way to it, or another camera beside it.
    [InlineData(
        "{'sources':['rtsp://c/a',{'url':'rtsp://d/b','username':'v','transport':'http','tunnelPort':99}]}", true,
        "{'sources':['rtsp://c/a',{'url':'rtsp://d/b','username':'v','transport':'http','tunnelPort':99}],'username':'u'}", "password")]
    [InlineData(
        "{'sources':['rtsp://c/a',{'url':'rtsp://d/b','username':'v'},'rtsp://evil/a']}", true,
        "{'sources':['rtsp://c/a',{'url':'rtsp://d/b','username':'v'},'rtsp://evil/a'],'username':'u'}", "password")]
    public void Of_PasswordOfASource_StaysWithItsCamera(string given, bool isMerge, string expected, string cleared) => Check(
        "{'sources':['rtsp://c/a',{'url':'rtsp://d/b','username':'v','password':'q'}],'username':'u','password':'p'}",
        given, isMerge, expected, cleared);

    [Theory]
    // What was read can be sent back.
    [InlineData("{'source':'rtsp://c/a?user=u&password=&x=1'}", false, "{'source':'rtsp://c/a?user=u&password=geheim&x=1'}", "")]
    [InlineData("{'hold':'5s'}", true, "{'source':'rtsp://c/a?user=u&password=geheim&x=1','hold':'5s'}", "")]
    [InlineData("{'source':'rtsp://c/a?user=u&password=new&x=1'}", true, "{'source':'rtsp://c/a?user=u&password=new&x=1'}", "")]
    [InlineData("{'source':'rtsp://c/b?user=u&password='}", true, "{'source':'rtsp://c/b?user=u&password='}", "")]
    [InlineData("{'source':'rtsp://evil/a?user=u&password=&x=1'}", true, "{'source':'rtsp://evil/a?user=u&password=&x=1'}", "")]
    [InlineData("{'transport':'http'}", true, "{'source':'rtsp://c/a?user=u&password=&x=1','transport':'http'}", "password")]
    [InlineData("{'source':'rtsp://c/a?user=u&password=&x=1','transport':'http'}", false, "{'source':'rtsp://c/a?user=u&password=&x=1','transport':'http'}", "password")]
    public void Of_SecretInTheUrl_StaysWithItsCamera(string given, bool isMerge, string expected, string cleared) =>
        Check("{'source':'rtsp://c/a?user=u&password=geheim&x=1'}", given, isMerge, expected, cleared);

    [Theory]
    [InlineData("{'source':'rtsps://d/a'}", "{'source':'rtsps://d/a','username':'u'}", "password tls")]
    [InlineData("{'source':'rtsps://d/a','tls':{'verify':false}}", "{'source':'rtsps://d/a','username':'u','tls':{'verify':false}}", "password")]
    [InlineData("{'source':'rtsps://d/a','password':'n'}", "{'source':'rtsps://d/a','username':'u','password':'n'}", "tls")]
    [InlineData("{'tls':{'fingerprint':null}}", "{'source':'rtsps://c/a','username':'u','password':'p','tls':{'verify':false}}", "")]
    [InlineData("{'tls':null}", "{'source':'rtsps://c/a','username':'u','password':'p'}", "")]
    public void Of_TrustInACamera_IsNotThatInTheNextOne(string given, string expected, string cleared) =>
        Check("{'source':'rtsps://c/a','username':'u','password':'p','tls':{'verify':false}}", given, true, expected, cleared);

    [Fact]
    public void Of_CertificatesThatAreNotCheckedAnyMore_DoNotHearThePassword() =>
        Check("{'source':'rtsps://c/a','username':'u','password':'p'}", "{'tls':{'verify':false}}", true,
            "{'source':'rtsps://c/a','username':'u','tls':{'verify':false}}", "password");

    /// <summary>The file's own credentials are for the cameras of the file.</summary>
    [Fact]
    public void Read_DefaultsWithCredentials_AreNotSentToTheCameraOfARequest()
    {
        StreamConfig defaults = new() { UserName = "u", Password = new Secret("p"), Hold = TimeSpan.FromSeconds(7) };

        StreamConfig stream = StreamReading.Read("a", Parse("{'source':'rtsp://evil/a'}"), defaults).Stream;

        Assert.Equal((null, null, TimeSpan.FromSeconds(7)), (stream.UserName, stream.Password, stream.Hold));
    }

    /// <summary>A file of this machine is nothing that a request can have sent to a camera.</summary>
    [Fact]
    public void Read_ReferenceInAValue_IsAText()
    {
        StreamConfig stream = StreamReading.Read("a", Parse("{'source':'rtsp://c/a','username':'${file:/etc/shadow}'}"), new StreamConfig()).Stream;

        Assert.Equal("${file:/etc/shadow}", stream.UserName);
    }

    [Theory]
    [InlineData("{'source':'rtsp://c/user=a_password=geheim_channel=1.sdp','password':'geheim'}", "{'source':'rtsp://c/user=a_password=_channel=1.sdp'}")]
    [InlineData(
        "{'sources':['rtsp://c/a',{'url':'rtsp://c/b?token=geheim','username':'u','password':'geheim'}]}",
        "{'sources':['rtsp://c/a',{'url':'rtsp://c/b?token=','username':'u'}]}")]
    [InlineData("{'sources':['rtsp://c/a?token=geheim','rtsp://c/b'],'username':'u'}", "{'sources':['rtsp://c/a?token=','rtsp://c/b'],'username':'u'}")]
    public void Shown_Stream_HasNoSecretAndNothingInItsPlace(string stored, string expected) =>
        Assert.Equal(Parse(expected).ToJsonString(), StreamDocument.Shown(Parse(stored)).ToJsonString());

    private static void Check(string? old, string given, bool isMerge, string expected, string cleared)
    {
        StreamEdit edit = Edit(old, given, isMerge);

        Assert.Empty(edit.Faults);
        Assert.True(JsonNode.DeepEquals(Parse(expected), edit.Document), edit.Document.ToJsonString());
        Assert.Equal(cleared, string.Join(' ', edit.Cleared));
    }

    private static StreamEdit Edit(string? old, string given, bool isMerge) => StreamEdit.Of(
        old is null ? null : Parse(old), Parse(given), isMerge, static document => StreamReading.Read("a", document, new StreamConfig()));

    [Fact]
    public void Parse_MarkOfUtf8BeforeIt_IsNoPartOfIt()
    {
        byte[] body = [0xef, 0xbb, 0xbf, .. "{\"source\":\"rtsp://c/a\"}"u8];

        Assert.Equal("rtsp://c/a", (string?)JsonText.Parse(body, out _)?["source"]);
    }

    private static JsonObject Parse(string text) => JsonText.Parse(Encoding.UTF8.GetBytes(text.Replace('\'', '"')), out _)!;
}
