using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>Who may do what. Without users, without an answer from outside and without anonymous roles everybody may watch everything.</summary>
internal sealed record AuthConfig
{
    /// <summary>What a hashed password is bound to. LIVE555's own by default: players have passwords stored under it.</summary>
    public string Realm { get; init; } = "LIVE555 Streaming Media";

    /// <summary>Offered in this order.</summary>
    public ValueList<DigestAlgorithm> Digest { get; init; } = [DigestAlgorithm.Md5];

    /// <summary>Basic is offered, too, to who comes by TLS.</summary>
    public bool Basic { get; init; }

    public ValueList<UserConfig> Users { get; init; } = [];

    public ValueList<RoleConfig> Roles { get; init; } = [];

    /// <summary>The roles of whoever does not log in.</summary>
    public ValueList<string> Anonymous { get; init; } = [];

    /// <summary>Asked for what the users did not decide; null: nobody is asked.</summary>
    public ExternalAuthConfig? External { get; init; }
}
