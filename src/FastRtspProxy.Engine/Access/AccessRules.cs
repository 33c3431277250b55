using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Access;

/// <summary>
/// Who may do what: immutable, and the whole of it. It comes from a configuration, or from `-C` and `-U`, which are its smallest case. What follows
/// from it is <see cref="AccessPolicy"/>'s to say.
/// </summary>
public sealed record AccessRules
{
    /// <summary>LIVE555's realm: players have stored credentials under it.</summary>
    public const string Live555Realm = "LIVE555 Streaming Media";

    /// <summary>The realm of challenges; hashed passwords are bound to it.</summary>
    public string Realm { get; init; } = "FastRtspProxy";

    /// <summary>The algorithms of Digest that are offered, in this order: MD5, SHA-256.</summary>
    public IReadOnlyList<DigestAlgorithm> Digest { get; init; } = [DigestAlgorithm.Md5, DigestAlgorithm.Sha256];

    /// <summary>Offer Basic too, on connections over TLS only.</summary>
    public bool OffersBasic { get; init; }

    /// <summary>Who can log in.</summary>
    public IReadOnlyList<AccessUser> Users { get; init; } = [];

    /// <summary>The roles that users, streams and <see cref="Anonymous"/> name.</summary>
    public IReadOnlyList<AccessRole> Roles { get; init; } = [];

    /// <summary>The roles of whoever does not log in. Whoever does has them too: nobody loses by a log-in.</summary>
    public IReadOnlyList<string> Anonymous { get; init; } = [];

    /// <summary>Streams that are not for everybody with a role that lets them watch it.</summary>
    public IReadOnlyList<StreamAccess> Streams { get; init; } = [];

    /// <summary>Asked after the users, for whom they do not know; null: nobody is.</summary>
    public ExternalSettings? External { get; init; }

    /// <summary>
    /// A log-in counts only for the rights that its user has: `-C` and `-U` are two lists in LIVE555, which may hold one name with two passwords, and
    /// whoever is on the other list only gets the answer of a wrong password.
    /// </summary>
    internal bool LogsInByRight { get; private init; }

    /// <summary>A log-in for REGISTER makes its streams trusted. False with `-C` alone: a viewer's log-in makes nobody a registrant.</summary>
    internal bool TrustsRegistrants { get; private init; } = true;

    /// <summary>
    /// `-C` is a role that may watch everything, `-U` one that may register; whatever has no list is open. Without `-U`, who REGISTERs must be one of
    /// `-C`.
    /// </summary>
    public static AccessRules OfCommandLine(IReadOnlyList<Credentials> viewers, IReadOnlyList<Credentials> registrants, bool offersSha256)
    {
        ArgumentNullException.ThrowIfNull(viewers);
        ArgumentNullException.ThrowIfNull(registrants);
        const AccessRights Watch = AccessRights.Read | AccessRights.Talk;
        AccessRights watches = viewers.Count == 0 ? Watch : AccessRights.None;
        AccessRights registers = viewers.Count + registrants.Count == 0 ? AccessRights.Register : AccessRights.None;
        AccessRole open = new("anyone", watches | registers);
        AccessRole view = new("viewer", registrants.Count == 0 ? Watch | AccessRights.Register : Watch);
        AccessRole register = new("registrant", AccessRights.Register);
        return new AccessRules
        {
            Realm = Live555Realm,
            Digest = offersSha256 ? [DigestAlgorithm.Md5, DigestAlgorithm.Sha256] : [DigestAlgorithm.Md5],
            Users = [.. LastOfEachName(viewers, view.Name), .. LastOfEachName(registrants, register.Name)],
            Roles = [open, view, register],
            Anonymous = [open.Name],
            LogsInByRight = true,
            TrustsRegistrants = registrants.Count > 0,
        };
    }

    /// <summary>What is wrong in it, each a sentence that names the input and the remedy; empty: it can be used.</summary>
    public IReadOnlyList<string> Defects() => AccessRulesCheck.Defects(this);

    /// <summary>What works, but not as somebody may have meant it.</summary>
    public IReadOnlyList<string> Warnings() => AccessRulesCheck.Warnings(this);

    private static IEnumerable<AccessUser> LastOfEachName(IReadOnlyList<Credentials> list, string role) =>
        list.GroupBy(static one => one.User, StringComparer.Ordinal)
            .Select(same => new AccessUser(same.Key, UserSecret.OfPassword(same.Last().Password), [role]));
}
