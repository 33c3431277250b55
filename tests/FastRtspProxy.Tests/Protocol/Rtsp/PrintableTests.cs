using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Protocol.Rtsp;

/// <summary>What is shown of URLs and of other people's text.</summary>
public sealed class PrintableTests
{
    [Theory]
    [InlineData("rtsp://h/?user=a&password=b", "rtsp://h/?user=a&password=***")]
    [InlineData("rtsp://h/live?password=b&user=a", "rtsp://h/live?password=***&user=a")]
    [InlineData("rtsp://h/user=admin_password=x_channel=1_stream=0.sdp", "rtsp://h/user=admin_password=***_channel=1_stream=0.sdp")]
    [InlineData("rtsp://h/user=admin_password=_channel=1_stream=0.sdp", "rtsp://h/user=admin_password=_channel=1_stream=0.sdp")]
    [InlineData("rtsp://h/user=admin&password=x&channel=1", "rtsp://h/user=admin&password=***&channel=1")]
    [InlineData("rtsp://h/user=admin&password=x/track1", "rtsp://h/user=admin&password=***/track1")]
    [InlineData("rtsp://h/?PassWord=b", "rtsp://h/?PassWord=***")]
    [InlineData("rtsp://h/?passwd=1&pwd=2&pass=3&pw=4&token=5&auth=6&key=7", "rtsp://h/?passwd=***&pwd=***&pass=***&pw=***&token=***&auth=***&key=***")]
    [InlineData("rtsp://h/?access_token=5&apikey=6&userpass=7", "rtsp://h/?access_token=***&apikey=***&userpass=***")]
    [InlineData("rtsp://h/?%70assword=b", "rtsp://h/?%70assword=***")]
    [InlineData("rtsp://h/?password%3Db", "rtsp://h/?password%3D***")]
    [InlineData("rtsp://h/?password%253Db&c=1", "rtsp://h/?password%253D***&c=1")]
    [InlineData("rtsp://h/?url=rtsp%25253A%25252F%25252Fh%25252F%25253Fpwd%25253Db", "rtsp://h/?url=rtsp%25253A%25252F%25252Fh%25252F%25253Fpwd%25253D***")]
    [InlineData("rtsp://h/?%2570ass%77ord=b", "rtsp://h/?%2570ass%77ord=***")]
    [InlineData("rtsp://h/?password[]=b&password[1]=c", "rtsp://h/?password[]=***&password[1]=***")]
    [InlineData("rtsp://h/?user%5Bpass%5D=b&password%5b%5d=c", "rtsp://h/?user%5Bpass%5D=***&password%5b%5d=***")]
    [InlineData("rtsp://h/?user[password]=b&auth[a][b]=c", "rtsp://h/?user[password]=***&auth[a][b]=***")]
    [InlineData("rtsp://h/?pass-word=b&pass_word=c&pass%5Fword=d&pass.word=e", "rtsp://h/?pass-word=***&pass_word=***&pass%5Fword=***&pass.word=***")]
    [InlineData("rtsp://h/?password+=b&password%20=c&pass_1=d", "rtsp://h/?password+=***&password%20=***&pass_1=***")]
    [InlineData("rtsp://h/user=admin_pass_word=x_channel=1", "rtsp://h/user=admin_pass_word=***_channel=1")]
    [InlineData("rtsp://h/?loginuse=a&loginpas=b&psw=c&authbasic=d&client_secret=e&passphrase=f", "rtsp://h/?loginuse=a&loginpas=***&psw=***&authbasic=***&client_secret=***&passphrase=***")]
    [InlineData("rtsp://h/?user=a;password=b;c=d", "rtsp://h/?user=a;password=***;c=d")]
    [InlineData("rtsp://h/?word=b&the-words=c&compass-x=d", "rtsp://h/?word=b&the-words=c&compass-x=d")]
    [InlineData("rtsp://h/?pwd1=b&key2=c", "rtsp://h/?pwd1=***&key2=***")]
    [InlineData("rtsp://h/;password=b/track1", "rtsp://h/;password=***/track1")]
    [InlineData("rtsp://h/live#token=b", "rtsp://h/live#token=***")]
    [InlineData("rtsp://gateway/?src=rtsp://admin:secret@10.0.0.5/ch1&x=1", "rtsp://gateway/?src=rtsp://***@10.0.0.5/ch1&x=1")]
    [InlineData("rtsp://gateway/rtsp%3A%2F%2Fadmin%3Asecret%40h%2Fch1", "rtsp://gateway/rtsp%3A%2F%2F***%40h%2Fch1")]
    [InlineData("rtsp://g/?src=rtsp%253A%252F%252Fadmin:s%2540x%2540h", "rtsp://g/?src=rtsp%253A%252F%252F***%2540h")]
    [InlineData("at \"rtsp://g/?a=rtsp://u:p@h/\" rtsp://h2/@x", "at \"rtsp://g/?a=rtsp://***@h/\" rtsp://h2/@x")]
    [InlineData("rtsp://u:***@h/a@b", "rtsp://u:***@h/a@b")]
    [InlineData("404 rtsp://admin:secret@10.0.0.5/1", "404 rtsp://***@10.0.0.5/1")]
    [InlineData("to rtsp://admin:p@ss/w:d@192.0.2.9:554/live.", "to rtsp://***@192.0.2.9:554/live.")]
    [InlineData("rtsp://u:12/34@192.0.2.1/a rtsp://u:se/cret@h rtsp://u:se?cret@h", "rtsp://***@192.0.2.1/a rtsp://***@h rtsp://***@h")]
    [InlineData("(http://token@h/, \"rtsps://u:p@[2001:db8::1]:322/a\")", "(http://***@h/, \"rtsps://***@[2001:db8::1]:322/a\")")]
    [InlineData("rtsp://u:p@h/?src=rtsp://v:q@d/b rtsp://a:b:***@h/", "rtsp://***@h/?src=rtsp://***@d/b rtsp://***@h/")]
    [InlineData("rtsp://h:8554/cam@home rtsp://h/?user=a@b.example a@b", "rtsp://h:8554/cam@home rtsp://h/?user=a@b.example a@b")]
    [InlineData("rtsp://h/?track[1]=b&25=c&%25=d&]=e&[]=f", "rtsp://h/?track[1]=b&25=c&%25=d&]=e&[]=f")]
    [InlineData("rtsp://h/x%3Fpassword%3Db%26c", "rtsp://h/x%3Fpassword%3D***")]
    [InlineData("rtsp://h/?password=a/b?c=d", "rtsp://h/?password=***")]
    [InlineData("rtsp://h/?password=a,b;c_d&e=f", "rtsp://h/?password=***&e=f")]
    [InlineData("rtsp://h/?auth=YWRtaW46eA==", "rtsp://h/?auth=***")]
    [InlineData("url=rtsp://h/?password=b;seq=1;rtptime=2,url=rtsp://h/?password=c;seq=3", "url=rtsp://h/?password=***;seq=1;rtptime=2,url=rtsp://h/?password=***;seq=3")]
    [InlineData("The stream \"rtsp://h/?password=b\" (rtsp://h/?password=b) at rtsp://h/?pw=c: refused.", "The stream \"rtsp://h/?password=***\" (rtsp://h/?password=***) at rtsp://h/?pw=***: refused.")]
    [InlineData("a=control:rtsp://h/?password=b\na=x", "a=control:rtsp://h/?password=***\na=x")]
    [InlineData("DESCRIBE rtsp://h/?password=a\"b<c>d RTSP/1.0", "DESCRIBE rtsp://h/?password=*** RTSP/1.0")]
    [InlineData("rtsp://h/cam?channel=1&subtype=0", "rtsp://h/cam?channel=1&subtype=0")]
    [InlineData("Session: 1;timeout=60", "Session: 1;timeout=60")]
    [InlineData("password", "password")]
    [InlineData("=", "=")]
    [InlineData("", "")]
    public void Mask_Url_HidesTheValuesOfSecrets(string text, string shown)
    {
        Assert.Equal(shown, UrlSecrets.Mask(text));
        Assert.Equal(shown, UrlSecrets.Mask(shown));
    }

    [Theory]
    [InlineData("a\u202Eb", "a\\u202Eb")]
    [InlineData("\u202A\u202B\u202C\u202D\u2066\u2067\u2068\u2069", "\\u202A\\u202B\\u202C\\u202D\\u2066\\u2067\\u2068\\u2069")]
    [InlineData("\u200E\u200F\u061C\u200B\uFEFF\u2028\u2029", "\\u200E\\u200F\\u061C\\u200B\\uFEFF\\u2028\\u2029")]
    [InlineData("a\u001b[2Jb\rc\u0085", "a?[2Jb?c?")]
    [InlineData("Tür, дверь, 门, دم", "Tür, дверь, 门, دم")]
    public void Line_TextOfOthers_NeitherMovesTheCursorNorTurnsLettersAround(string text, string shown) => Assert.Equal(shown, Printable.Line(text));

    /// <summary>Brackets behind a name may hold whatever there is, another URL's parameter and its end included.</summary>
    [Fact]
    public void Mask_NameWithBracketsAroundAnother_BothValuesAreHidden()
    {
        Assert.Equal("<zpass[a password=*** b]=*** c", UrlSecrets.Mask("<zpass[a password=SEC1 b]=SEC2 c"));
        Assert.Equal("\"?pass[a<password=*** b]=*** c", UrlSecrets.Mask("\"?pass[a<password=SEC1 b]=SEC2/SEC3 c"));

        // A guesser's name: the line that fail2ban waits for was not written.
        string line = Printable.Line("Failed log-in from 192.0.2.7 as \"<zpass[a password=SEC1 b]=SEC2 c\" to \"cam\"");
        Assert.StartsWith("Failed log-in from 192.0.2.7 as ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("SEC", line, StringComparison.Ordinal);
    }

    /// <summary>Every log line may pass here, and what strangers write decides how often a name is looked for.</summary>
    [Fact]
    public void Mask_NothingButEqualsSignsAndEscapes_AllocatesNothing()
    {
        string text = string.Concat(Enumerable.Repeat("=%3D%253D%5B%5D=", 200));
        Assert.Same(text, UrlSecrets.Mask(text));
        Assert.Equal(0, AllocationMeter.SteadyBytes(() => UrlSecrets.Mask(text), rounds: 10));
    }

    [Theory]
    [InlineData("rtsp://h/?password=a b\"c<d>.", "rtsp://h/?password=***")]
    [InlineData("rtsp://h/?password=a).&x=1", "rtsp://h/?password=***&x=1")]
    [InlineData("rtsp://h/?password=...", "rtsp://h/?password=***")]
    public void MaskUrl_TextThatIsAUrlAlone_TakesBlanksAndPunctuationForTheValue(string url, string shown) => Assert.Equal(shown, UrlSecrets.MaskUrl(url));

    /// <summary>What we write of a URL ourselves names its user.</summary>
    [Theory]
    [InlineData("rtsp://admin@192.0.2.1/a", "rtsp://admin@192.0.2.1/a")]
    [InlineData("rtsp://h/?a=rtsp://u:p@g/\u001b", "rtsp://h/?a=rtsp://***@g/?")]
    public void Url_TextThatIsAUrlAlone_KeepsItsUser(string url, string shown) => Assert.Equal(shown, Printable.Url(url));

    [Fact]
    public void Redacted_SecretsInFrontAndBehind_AreMaskedAndTheWireTextIsNot()
    {
        Assert.True(RtspUrl.TryParse("rtsp://admin:one@h/user=admin&password=two?token=three", out RtspUrl? url, out _));

        Assert.Equal("rtsp://admin:***@h/user=admin&password=***?token=***", url.Redacted);
        Assert.Equal("rtsp://h/user=admin&password=two?token=three", url.Text);
    }

    /// <summary>However it is cut, nothing throws and nothing of a secret is shown.</summary>
    [Fact]
    public void Mask_EveryPrefix_ShowsNoSecret()
    {
        const string Text = "DESCRIBE rtsp://h/user=a_password=SECRET_x=1?pw%3dSECRET&%6bey=SECRET;token=SECRET RTSP/1.0";
        for (int length = 0; length <= Text.Length; length++)
        {
            Assert.DoesNotContain("SEC", UrlSecrets.Mask(Text[..length]), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("admin", "admin")]
    [InlineData("J\u00F6rg M. <j@h>", "J\u00F6rg M. <j@h>")]
    [InlineData("a\"b\\c", "a\\u0022b\\u005Cc")]
    [InlineData("a\r\nb\tc\0", "a\\u000D\\u000Ab\\u0009c\\u0000")]
    [InlineData("a\u202Eb\u2066c\u200Bd\u2028e\u00A0f\uE000g", "a\\u202Eb\\u2066c\\u200Bd\\u2028e\\u00A0f\\uE000g")]
    public void Quoted_NameOfAPeer_IsPlainOrWrittenOut(string text, string expected) => Assert.Equal(expected, Printable.Quoted(text, 200));

    /// <summary>A fact: half a pair of surrogates does not stand in an attribute.</summary>
    [Fact]
    public void Quoted_HalfAPair_IsWrittenOut() => Assert.Equal("a\\uFFFDb", Printable.Quoted("a\uD800b", 200));

    [Theory]
    [InlineData("12345678", 8, "12345678")]
    [InlineData("123456789", 8, "12345678...")]
    [InlineData("12345\n", 8, "12345...")]
    public void Quoted_TooLong_IsCutBetweenCharacters(string text, int maxChars, string expected) => Assert.Equal(expected, Printable.Quoted(text, maxChars));
}
