using System.Buffers;
using System.Text;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>RTSP messages for the log, their credentials masked.</summary>
internal static class MessageText
{
    private static readonly SearchValues<char> s_urlEnds = SearchValues.Create(" \t\r\n\"<>");

    /// <summary>The head, and the body where it is text.</summary>
    public static string Of(RtspMessage message)
    {
        StringBuilder text = new();
        _ = message.IsRequest
            ? text.Append(message.Method).Append(' ').Append(message.Uri).Append(' ').Append(message.Version).AppendLine()
            : text.Append(message.Version).Append(' ').Append(message.StatusCode).Append(' ').Append(message.Reason).AppendLine();
        for (int i = 0; i < message.HeaderCount; i++)
        {
            (string name, string value) = message.HeaderAt(i);
            text.Append(name).Append(": ").Append(value).AppendLine();
        }

        if (message.Body.Length is > 0 and <= 16_384)
        {
            text.AppendLine().Append(Encoding.UTF8.GetString(message.Body));
        }

        return Masked(text.ToString());
    }

    /// <summary>
    /// The values of Authorization lines become <c>***</c>: a Basic value is the password itself. So does what stands before the <c>@</c> of a URL
    /// (a camera may write our own credentials, or those of another place, into Location, Content-Base or its description), and what
    /// <see cref="UrlSecrets"/> finds in paths and queries. So do the keys of SRTP: in headers, in MIKEY messages of a description
    /// (whose colon may be missing), behind <c>inline:</c>, and in lines <c>k=</c> (RFC 4566 section 5.12).
    /// </summary>
    public static string Masked(string text)
    {
        text = UrlSecrets.Mask(WithoutUserInfo(text));
        foreach (string name in (ReadOnlySpan<string>)["Authorization:", "KeyMgmt", "key-mgmt", "a=mikey", "a=ice-pwd", "inline:", "\nk=", "\rk="])
        {
            text = WithoutValues(text, name);
        }

        return text.TrimEnd();
    }

    // One pass and one copy each: a peer's message may consist of nothing but such lines or URLs.
    private static string WithoutValues(string text, string name)
    {
        StringBuilder? masked = null;
        int taken = 0;
        for (int at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase);
            at >= 0;
            at = text.IndexOf(name, taken, StringComparison.OrdinalIgnoreCase))
        {
            int value = at + name.Length;
            int length = text.AsSpan(value).IndexOfAny('\r', '\n');
            masked = (masked ?? new StringBuilder(text.Length)).Append(text, taken, value - taken).Append(" ***");
            taken = length < 0 ? text.Length : value + length;
        }

        return Joined(masked, text, taken);
    }

    /// <summary>The last <c>@</c> wins, as it does where URLs are read: passwords may hold any character raw.</summary>
    private static string WithoutUserInfo(string text)
    {
        StringBuilder? masked = null;
        int taken = 0;
        for (int at = text.IndexOf("://", StringComparison.Ordinal); at >= 0; at = text.IndexOf("://", Math.Max(at, taken), StringComparison.Ordinal))
        {
            at += 3;
            ReadOnlySpan<char> rest = text.AsSpan(at);
            int end = rest.IndexOfAny(s_urlEnds);
            rest = end < 0 ? rest : rest[..end];
            int next = rest.IndexOf("://", StringComparison.Ordinal);
            int userInfo = (next < 0 ? rest : rest[..next]).LastIndexOf('@');
            if (userInfo > 0)
            {
                masked = (masked ?? new StringBuilder(text.Length)).Append(text, taken, at - taken).Append("***");
                taken = at + userInfo;
            }
        }

        return Joined(masked, text, taken);
    }

    private static string Joined(StringBuilder? masked, string text, int taken) =>
        masked is null ? text : masked.Append(text, taken, text.Length - taken).ToString();
}
