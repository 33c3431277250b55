using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.CommandLine;

/// <summary>
/// The options of the LIVE555 Proxy Server, taken one by one in the order of the command line. A repeated one replaces, but -U adds.
/// </summary>
/// <param name="files">Where passwords are that do not stand in the arguments.</param>
internal sealed class ShortOptions(IConfigFiles files)
{
    /// <summary>LIVE555's limit for <c>-e</c>.</summary>
    private const int PrefixChars = 50;

    /// <summary>The role that -C gives: without roles of a file, whoever logs in may watch everything.</summary>
    private const string ViewerRole = "view";

    private readonly List<Credentials> _registerUsers = [];

    public LogLevel? LogLevel { get; private set; }

    public bool OverTcp { get; private set; }

    public int? HttpPort { get; private set; }

    public int? RtspPort { get; private set; }

    public Credentials? BackendCredentials { get; private set; }

    public bool AcceptRegister { get; private set; }

    public IReadOnlyList<Credentials> RegisterUsers => _registerUsers;

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
                LogLevel = Microsoft.Extensions.Logging.LogLevel.Debug;
                return true;
            case 'V':
                LogLevel = Microsoft.Extensions.Logging.LogLevel.Trace;
                return true;
            case 't':
                OverTcp = true;
                return true;
            case 'R':
                AcceptRegister = true;
                return true;
            case 'u' or 'U' or 'C':
                return TryCredentials(letter, first, second, out error);
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
    public string? FindConflict() =>
        OverTcp && HttpPort is not null ? "options -t and -T exclude each other: choose one way to get the media from the cameras" : null;

    /// <summary>The configuration with everything that was given.</summary>
    public ProxyConfig Apply(ProxyConfig config)
    {
        StreamConfig defaults = config.Defaults;
        if (OverTcp)
        {
            defaults = defaults with { Transport = CameraWay.Tcp };
        }
        else if (HttpPort is not null)
        {
            defaults = defaults with { Transport = CameraWay.Http, TunnelPort = HttpPort };
        }

        if (BackendCredentials is { } backend)
        {
            defaults = defaults with { UserName = backend.User, Password = new Secret(backend.Password) };
        }

        return config with
        {
            Log = config.Log with { Level = LogLevel ?? config.Log.Level },
            Rtsp = RtspPort is { } port ? config.Rtsp with { Listen = ListenFirstOn(port, config.Rtsp.Listen) } : config.Rtsp,
            Defaults = defaults with { Dead = DeadStreamInterval ?? defaults.Dead },
            Register = config.Register with
            {
                Enabled = AcceptRegister || config.Register.Enabled,
                Users = _registerUsers.Count > 0
                    ? [.. _registerUsers.Select(static user => new RegisterUser { Name = user.User, Password = new Secret(user.Password) })]
                    : config.Register.Users,
            },
            Auth = ClientCredentials is { } client ? WithViewer(config.Auth, client) : config.Auth,
        };
    }

    /// <summary>As LIVE555 does: the port that was asked for, and then the others all the same.</summary>
    private static ValueList<ListenPoint> ListenFirstOn(int port, ValueList<ListenPoint> others) =>
        [new ListenPoint(others[0].Address, port), .. others.Where(point => point.Port != port)];

    /// <summary>One more user, in the place of one of the same name, and a role for him that may watch.</summary>
    private static AuthConfig WithViewer(AuthConfig auth, Credentials client)
    {
        UserConfig viewer = new() { Name = client.User, Passwords = [new UserPassword(null, new Secret(client.Password))], Roles = [ViewerRole] };
        return auth with
        {
            Users = [.. auth.Users.Where(user => user.Name != client.User), viewer],
            Roles = auth.Roles.Any(static role => role.Name == ViewerRole)
                ? auth.Roles
                : [.. auth.Roles, new RoleConfig { Name = ViewerRole, May = [AccessRight.Read] }],
        };
    }

    private bool TryCredentials(char letter, string user, string word, out string error)
    {
        if (!PasswordWord.TryRead(files, letter, word, out string password, out error))
        {
            return false;
        }

        Credentials credentials = new(user, password);
        switch (letter)
        {
            case 'u':
                BackendCredentials = credentials;
                break;
            case 'U':
                _registerUsers.RemoveAll(other => other.User == user); // as LIVE555 does: the last password of a name counts
                _registerUsers.Add(credentials);
                break;
            default:
                ClientCredentials = credentials;
                break;
        }

        return true;
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
            _ when FindFault(text) is { } fault => $"Invalid stream-name prefix \"{Printable.Line(text)}\": {fault}",
            _ => "",
        };
        return error.Length == 0;
    }

    /// <summary>LIVE555 checks nothing here, and then no player can ask for the stream: a URL cannot hold these as part of a path.</summary>
    private static string? FindFault(string text) => StreamRules.FindNameFault(text)
        ?? (text.Contains('*', StringComparison.Ordinal) ? "a name with a * is for the streams of a configuration file" : null);
}
