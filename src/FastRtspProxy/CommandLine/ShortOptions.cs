using FastRtspProxy.Engine;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.CommandLine;

/// <summary>The options of the LIVE555 Proxy Server, applied one by one in the order of the command line. A repeated one replaces, but -U adds.</summary>
internal sealed class ShortOptions
{
    /// <summary>LIVE555's limit for <c>-e</c>.</summary>
    private const int PrefixChars = 50;

    private readonly List<Credentials> _registerCredentials = [];

    public LogLevel LogLevel { get; private set; } = LogLevel.Information;

    public bool OverTcp { get; private set; }

    public int? HttpPort { get; private set; }

    public int? RtspPort { get; private set; }

    public Credentials? BackendCredentials { get; private set; }

    public bool AcceptRegister { get; private set; }

    public IReadOnlyList<Credentials> RegisterCredentials => _registerCredentials;

    public TimeSpan? DeadStreamInterval { get; private set; }

    public string Prefix { get; private set; } = "proxyStream";

    public Credentials? ClientCredentials { get; private set; }

    public static bool IsKnown(char letter) => "vVtTpuRUDeC".Contains(letter, StringComparison.Ordinal);

    public static int ArityOf(char letter)
    {
        return letter switch
        {
            'u' or 'U' or 'C' => 2,
            'T' or 'p' or 'D' or 'e' => 1,
            _ => 0,
        };
    }

    /// <summary>False with a line for the user; passwords are never part of it.</summary>
    public bool TryApply(char letter, string first, string second, out string error)
    {
        error = "";
        switch (letter)
        {
            case 'v':
                LogLevel = LogLevel.Debug;
                return true;
            case 'V':
                LogLevel = LogLevel.Trace;
                return true;
            case 't':
                OverTcp = true;
                return true;
            case 'R':
                AcceptRegister = true;
                return true;
            case 'u':
                BackendCredentials = new Credentials(first, second);
                return true;
            case 'U':
                _registerCredentials.Add(new Credentials(first, second));
                return true;
            case 'C':
                ClientCredentials = new Credentials(first, second);
                return true;
            case 'T':
            case 'p':
                return TryPort(letter, first, out error);
            case 'D':
                return TryInterval(first, out error);
            default:
                return TryPrefix(first, out error);
        }
    }

    /// <summary>What single options cannot see: a line for the user, or null.</summary>
    public string? FindConflict()
    {
        return OverTcp && HttpPort is not null
            ? "options -t and -T exclude each other: choose one way to get the media from the cameras"
            : _registerCredentials.Count > 0 && !AcceptRegister
            ? "option -U needs -R: it says who may REGISTER"
            : null;
    }

    private bool TryPort(char letter, string text, out string error)
    {
        if (!Quantity.TryPort(text, out int port, out string remedy))
        {
            error = $"option -{letter} \"{text}\": {remedy}";
            return false;
        }

        if (letter == 'T')
        {
            HttpPort = port;
        }
        else
        {
            RtspPort = port;
        }

        error = "";
        return true;
    }

    private bool TryInterval(string text, out string error)
    {
        bool good = Quantity.TryDuration(text, out TimeSpan interval, out string remedy);
        error = good ? "" : $"option -D \"{text}\": {remedy}; 0 switches the detection off";
        DeadStreamInterval = interval;
        return good;
    }

    private bool TryPrefix(string text, out string error)
    {
        Prefix = text;
        error = text switch
        {
            "" => "option -e needs a name: the path under which viewers find the stream",
            ['-', ..] => $"option -e \"{text}\": a stream-name prefix does not begin with a dash",
            { Length: > PrefixChars } => $"Invalid stream-name prefix \"{text}\": at most {PrefixChars} characters",
            _ when IsBadPath(text) => $"Invalid stream-name prefix \"{Printable.Line(text)}\": no blanks, control characters, '?' or '#', and no slash at either end",
            _ => "",
        };
        return error.Length == 0;
    }

    /// <summary>LIVE555 checks nothing here, and then no player can ask for the stream: a URL cannot hold these as part of a path.</summary>
    private static bool IsBadPath(string text)
    {
        return text[0] == '/' || text[^1] == '/' || text.AsSpan().ContainsAny('?', '#')
            || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));
    }
}
