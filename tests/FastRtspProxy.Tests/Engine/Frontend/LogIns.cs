using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>What tests of users share: a house with a gate, a hall and a lobby, and dialogues that log in.</summary>
internal static class LogIns
{
    public static AccessRules House => new()
    {
        Users = [User("viewer", "view"), User("guard", "guard"), User("admin", "admin")],
        Roles =
        [
            new AccessRole("view", AccessRights.Read),
            new AccessRole("guard", AccessRights.Read) { Streams = [Pattern("gate/*")] },
            new AccessRole("admin", AccessRights.Read | AccessRights.Register),
            new AccessRole("lobby", AccessRights.Read) { Streams = [Pattern("lobby")] },
        ],
        Streams = [new StreamAccess(Pattern("hall")) { Roles = ["admin"] }],
    };

    public static async Task<FrontendHost> StartAsync(AccessRules rules, Func<ProxyOptions, ProxyOptions>? change = null, Microsoft.Extensions.Logging.ILoggerFactory? log = null, bool isSecure = false)
    {
        FrontendHost host = await FrontendHost.StartAsync(o => (change ?? (static p => p))(o with { Access = rules }), log: log, isSecure: isSecure);
        host.AddMount("gate/1");
        host.AddMount("hall");
        host.AddMount("lobby");
        return host;
    }

    public static AccessUser User(string name, params string[] roles) => new(name, UserSecret.OfPassword(name + "'s"), roles);

    public static StreamPattern Pattern(string text) => StreamPattern.TryParse(text, out StreamPattern? pattern, out string defect) ? pattern : throw new ArgumentException(defect);

    public static string Url(FrontendHost host, string stream) => $"rtsp://127.0.0.1:{host.Port}/{stream}";

    public static string Basic(string user, string password) => "Authorization: Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{password}"));

    /// <summary>The answer to the challenge, as a header line; the password is the name with an s unless given.</summary>
    public static string Answer(RtspTestResponse challenge, string method, string url, string user, string? password = null)
    {
        AuthClient client = new(user, password ?? user + "'s");
        Assert.True(client.Accept([.. challenge.Headers.Where(static header => header.Name == "WWW-Authenticate").Select(static header => header.Value).Take(1)]));
        return "Authorization: " + client.Authorization(method, url);
    }

    /// <summary>Asks, answers the challenge, and gives what came of it.</summary>
    public static async Task<RtspTestResponse> RequestAsync(RtspTestClient client, string method, string url, string user, string? password = null, params string[] headers)
    {
        RtspTestResponse challenge = await client.RequestAsync(method, url, headers);
        return challenge.Status != 401 ? challenge : await client.RequestAsync(method, url, [Answer(challenge, method, url, user, password), .. headers]);
    }

    /// <summary>Logs in, sets one track up over TCP and plays. Gives the session.</summary>
    public static async Task<string> PlayAsync(FrontendHost host, RtspTestClient client, string stream, string? user = null, string? password = null)
    {
        string url = Url(host, stream);
        RtspTestResponse setup = user is null
            ? await client.RequestAsync("SETUP", url + "/track1", PlayDialogue.Interleaved(0))
            : await RequestAsync(client, "SETUP", url + "/track1", user, password, PlayDialogue.Interleaved(0));
        Assert.Equal(200, setup.Status);
        RtspTestResponse play = user is null
            ? await client.RequestAsync("PLAY", url, "Session: " + setup.Session)
            : await RequestAsync(client, "PLAY", url, user, password, "Session: " + setup.Session);
        Assert.Equal(200, play.Status);
        return setup.Session!;
    }

    /// <summary>Reads what comes until the BYE of the first track.</summary>
    public static async Task ReadByeAsync(FrontendHost host, RtspTestClient client)
    {
        while (!PlayDialogue.HasBye((await client.ReadFrameAsync()).Payload, host.Mount.Tracks[0].Ssrc))
        {
        }
    }
}
