using System.Buffers;
using System.Text;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>RTSP messages for the log, their credentials masked.</summary>
internal static class MessageText
{
    private static readonly SearchValues<char> s_urlEnds = SearchValues.Create(" \t\r\n\"<>,;");

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
    /// <see cref="UrlSecrets"/> finds in paths and queries.
    /// </summary>
    public static string Masked(string text)
    {
        text = UrlSecrets.Mask(WithoutUserInfo(text));
        int at = text.IndexOf("Authorization:", StringComparison.OrdinalIgnoreCase);
        while (at >= 0)
        {
            int value = at + "Authorization:".Length;
            int end = text.AsSpan(value).IndexOfAny('\r', '\n');
            end = end < 0 ? text.Length : value + end;
            text = string.Concat(text.AsSpan(0, value), " ***", text.AsSpan(end));
            at = text.IndexOf("Authorization:", value, StringComparison.OrdinalIgnoreCase);
        }

        return text.TrimEnd();
    }

    /// <summary>The last <c>@</c> wins, as it does where URLs are read: passwords may hold any character raw.</summary>
    private static string WithoutUserInfo(string text)
    {
        for (int at = text.IndexOf("://", StringComparison.Ordinal); at >= 0; at = text.IndexOf("://", at, StringComparison.Ordinal))
        {
            at += 3;
            ReadOnlySpan<char> rest = text.AsSpan(at);
            int end = rest.IndexOfAny(s_urlEnds);
            int userInfo = (end < 0 ? rest : rest[..end]).LastIndexOf('@');
            if (userInfo > 0)
            {
                text = string.Concat(text.AsSpan(0, at), "***", rest[userInfo..]);
            }
        }

        return text;
    }
}
