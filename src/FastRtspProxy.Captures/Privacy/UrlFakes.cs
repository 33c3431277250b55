using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Captures.Privacy;

/// <summary>URLs: the host, the credentials before it, and whatever path and query say.</summary>
internal sealed class UrlFakes(Fakes fakes, TextFakes texts)
{
    /// <summary>A whole URL, a relative one, or <c>*</c>.</summary>
    public string Of(string url)
    {
        if (!RtspUrl.TryParse(url, out RtspUrl? parsed, out _))
        {
            return OfOther(url);
        }

        string text = parsed.Text;
        int scheme = text.IndexOf("://", StringComparison.Ordinal) + 3;
        int end = text.AsSpan(scheme).IndexOfAny('/', '?');
        end = end < 0 ? text.Length : scheme + end;
        string authority = text[scheme..end];
        return text[..scheme] + LogIn(parsed) + Authority(authority) + texts.Of(text[end..]);
    }

    /// <summary><c>http://user:word@host/path</c> and what cannot be read as a URL.</summary>
    private string OfOther(string url)
    {
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return texts.Of(url);
        }

        int start = scheme + 3;
        int end = url.AsSpan(start).IndexOfAny('/', '?');
        end = end < 0 ? url.Length : start + end;
        int at = url.LastIndexOf('@', end - 1, end - start);
        string logIn = at < 0 ? string.Empty : "user:password@";
        return texts.Of(url[..scheme]) + "://" + logIn + Authority(url[(at < 0 ? start : at + 1)..end]) + texts.Of(url[end..]);
    }

    private string LogIn(RtspUrl url)
    {
        if (url.User is not { } user)
        {
            return string.Empty;
        }

        if (url.Password is not { } password)
        {
            return fakes.User(user) + "@";
        }

        fakes.LearnPassword(user, password);
        return $"{fakes.User(user)}:{fakes.PasswordOf(user)}@";
    }

    private string Authority(string authority)
    {
        int colon = authority.StartsWith('[')
            ? authority.IndexOf(']', StringComparison.Ordinal) + 1
            : authority.IndexOf(':', StringComparison.Ordinal);
        string host = colon <= 0 ? authority : authority[..colon];
        string port = colon <= 0 ? string.Empty : authority[colon..];
        return fakes.Host(host) + texts.Of(port);
    }
}
