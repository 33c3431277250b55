using System.Text;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// Text of others on its way to a log: a password behind one of its names does not pass, wherever the name stands, and nothing that is printed moves a cursor,
/// forges a line or turns the order of letters.
/// </summary>
internal sealed class MaskTarget : FuzzTarget
{
    private const string Secret = "Zq7Xv9Kp3";

    private static readonly string[] s_names = ["password=", "pwd=", "token=", "auth%3D", "%2570w%253D", "pass[]=", "user[key]="];

    public override string Name => "mask";

    public override int FixedBytes => 4096;

    public override int BytesPerInputByte => 64;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        string text = FuzzText.Of(input);
        _ = Printable.Lines(MessageText.Masked(text));
        _ = UrlSecrets.MaskUrl(text);
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        string text = FuzzText.Of(input);
        foreach (Rune rune in Printable.Line(text).EnumerateRunes())
        {
            CheckIsHarmless(rune);
        }

        int at = Cuts.Of(input)[^1] % (text.Length + 1);
        foreach (string name in s_names)
        {
            string planted = string.Concat(text.AsSpan(0, at), $"&{name}{Secret}&", text.AsSpan(at));
            Property.Holds(!UrlSecrets.MaskUrl(planted).Contains(Secret, StringComparison.Ordinal), "a password in a URL is masked");
            Property.Holds(!Printable.Line(planted).Contains(Secret, StringComparison.Ordinal), "a password in a line is masked");
            Property.Holds(!MessageText.Masked(planted).Contains(Secret, StringComparison.Ordinal), "a password in a message is masked");
        }

        string url = string.Concat(text.AsSpan(0, at), $" rtsp://user:{Secret}@camera/ ", text.AsSpan(at));
        Property.Holds(!MessageText.Masked(url).Contains(Secret, StringComparison.Ordinal), "credentials of a URL in a message are masked");
        Property.Holds(!Printable.Line(url).Contains(Secret, StringComparison.Ordinal), "credentials of a URL in a line are masked");
        string header = string.Concat(text.AsSpan(0, at), $"\r\nAuthorization: Basic {Secret}\r\n", text.AsSpan(at));
        Property.Holds(!MessageText.Masked(header).Contains(Secret, StringComparison.Ordinal), "an Authorization line in a message is masked");
        foreach (string key in (string[])["KeyMgmt: prot=mikey; data=", "a=key-mgmt:mikey ", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"])
        {
            string line = string.Concat(text.AsSpan(0, at), $"\r\n{key}{Secret}\r\n", text.AsSpan(at));
            Property.Holds(!MessageText.Masked(line).Contains(Secret, StringComparison.Ordinal), "a key of SRTP in a message is masked");
        }
    }

    private static void CheckIsHarmless(Rune rune)
    {
        Property.Holds(!Rune.IsControl(rune) || rune.Value == '\t', "no control character is printed");
        Property.Holds(rune.Value is not (>= 0x202A and <= 0x202E) and not (>= 0x2066 and <= 0x2069) and not (0x200E or 0x200F or 0x061C), "nothing turns the order of letters");
    }
}
