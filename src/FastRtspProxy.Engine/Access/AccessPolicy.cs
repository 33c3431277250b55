using System.Net;

namespace FastRtspProxy.Engine.Access;

/// <summary>
/// The one place that says who may do what, from <see cref="AccessRules"/>. Pure: no clock, no socket, no state. A right comes from a role, for the
/// streams and from the networks that the role names; a stream's own rule
/// (<see cref="StreamAccess"/>) takes away and never gives. Giving somebody a further role or right refuses nobody.
/// To who has not logged in, a stream that is not there answers like one that is not for him: as long as any stream has a rule of its own, an unknown
/// one is treated as though it had the strictest.
/// Who has logged in and may watch by the name hears that a stream is not there.
/// </summary>
internal sealed class AccessPolicy
{
    private readonly Dictionary<string, AccessRole> _roles = new(StringComparer.Ordinal);
    private readonly ILookup<string, AccessUser> _users;
    private readonly AccessRole[] _anonymous;
    private readonly Dictionary<string, StreamAccess> _exact = new(StringComparer.Ordinal);
    private readonly StreamAccess[] _patterns;

    public AccessPolicy(AccessRules rules)
    {
        Rules = rules;
        foreach (AccessRole role in rules.Roles)
        {
            _roles[role.Name] = role;
        }

        foreach (StreamAccess stream in rules.Streams)
        {
            if (stream.Streams.IsExact)
            {
                _exact[stream.Streams.Text] = stream;
            }
        }

        _users = rules.Users.ToLookup(static user => user.Name, StringComparer.Ordinal);
        _patterns = [.. rules.Streams.Where(static stream => !stream.Streams.IsExact)];
        _anonymous = RolesOf(rules.Anonymous);
    }

    public AccessRules Rules { get; }

    /// <summary>True when everybody has that right everywhere, so that nothing needs to be looked at.</summary>
    public bool IsOpen(AccessRights right) => (!IsOfOneStream(right) || Rules.Streams.Count == 0)
        && Array.Exists(_anonymous, role => (role.May & right) != 0 && role.Streams.Count == 0 && role.From.Count == 0);

    /// <summary>
    /// The user of that name; null: it is not in the list. Of two of one name (a viewer and a registrant, each with a password) the one that has the
    /// right. Where log-ins are by right (`-C`, `-U`), one that has not is none.
    /// </summary>
    public AccessUser? Find(string name, AccessRights right)
    {
        AccessUser? first = null;
        foreach (AccessUser user in _users[name])
        {
            if (HasRight(user, right, null))
            {
                return user;
            }

            first ??= user;
        }

        return Rules.LogsInByRight ? null : first;
    }

    /// <summary>Judges a request of a user who has logged in, or of nobody.</summary>
    public AccessDecision Decide(AccessUser? user, in AccessQuestion question)
    {
        AccessReason reason = Refusal(user, question);
        if (reason == AccessReason.None)
        {
            return AccessDecision.Allow;
        }

        return user is null && reason != AccessReason.InTheClear && CouldSomebody(question.Right, question.Address)
            ? AccessDecision.Challenge
            : AccessDecision.Deny(reason);
    }

    /// <summary>
    /// True when the external decision is asked about that right, for whom the users' list does not know. For every stream alike, those that it
    /// cannot open and those that are not there too: else a stranger would read from the time of an answer which are.
    /// </summary>
    public bool AsksExternal(AccessRights right) => Rules.External is { } external && (external.Actions & right) != 0;

    /// <summary>
    /// True when a yes of the external decision lets somebody in. A stream for certain roles is not for those who have none.
    /// </summary>
    public bool LetsExternalIn(in AccessQuestion question) => AsksExternal(question.Right)
        && RuleOf(question) is var own && (own is null || (own.Roles.Count == 0 && Networks.Hold(own.From, question.Address)
            && (question.IsSecure || !own.SecureOnly)));

    /// <summary>True when a user of the list has that right from there, for whichever stream.</summary>
    public bool HasUserFor(AccessRights right, IPAddress address) => Rules.Users.Any(user => HasRight(user, right, address));

    /// <summary>True when whoever was let in by that is let in by these rules too.</summary>
    public bool Keeps(SessionGrant grant, in AccessQuestion question)
    {
        if (grant.HopStream is { } only)
        {
            return IsOfOneStream(question.Right) && only == question.Stream;
        }

        if (Refusal(null, question) == AccessReason.None)
        {
            return true;
        }

        if (grant.External is { } external)
        {
            return Rules.External?.Url == external.Url && LetsExternalIn(question)
                && (grant.User is null || Find(grant.User, question.Right) is null);
        }

        return grant.User is { } name && Find(name, question.Right) is { } user
            && user.Secret.Equals(grant.Secret) && Refusal(user, question) == AccessReason.None;
    }

    /// <summary>
    /// True when somebody has that right for every stream, from there: by a role that names none. What is about all of them at once, the log or a
    /// drain, is for nobody else.
    /// </summary>
    public bool HasForEveryStream(AccessUser? user, AccessRights right, IPAddress address) =>
        Array.Exists(user is null ? _anonymous : [.. _anonymous, .. RolesOf(user.Roles)],
            role => (role.May & right) != 0 && role.Streams.Count == 0 && Networks.Hold(role.From, address));

    /// <summary>True when nobody is kept from watching a stream, wherever he is, and whether he logs in or not.</summary>
    public bool IsForEverybody(string stream)
    {
        StreamAccess? own = RuleOf(new AccessQuestion(AccessRights.Read, stream, IsKnown: true, IPAddress.None));
        return Array.Exists(_anonymous, role => (role.May & AccessRights.Read) != 0 && role.From.Count == 0 && Covers(role.Streams, stream)
            && (own is null || (own.From.Count == 0 && !own.SecureOnly
                && (own.Roles.Count == 0 || own.Roles.Contains(role.Name, StringComparer.Ordinal)))));
    }

    /// <summary>True for a stream that is for those alone who come by TLS.</summary>
    public bool IsSecureOnly(string stream) =>
        RuleOf(new AccessQuestion(AccessRights.Read, stream, IsKnown: true, IPAddress.None)) is { SecureOnly: true };

    private bool CouldSomebody(AccessRights right, IPAddress address) => HasUserFor(right, address) || AsksExternal(right);

    /// <summary>True when a role of the user has the right for some stream, from that address; null: from somewhere.</summary>
    private bool HasRight(AccessUser user, AccessRights right, IPAddress? address) =>
        Array.Exists(RolesOf(user.Roles), role => (role.May & right) != 0 && (address is null || Networks.Hold(role.From, address)));

    /// <summary>Why that user, with the roles of everybody beside its own, is refused; None: it is not.</summary>
    private AccessReason Refusal(AccessUser? user, in AccessQuestion question)
    {
        StreamAccess? own = RuleOf(question);
        if (user is null && !question.IsKnown && question.Stream is not null && question.Right == AccessRights.Read && Rules.Streams.Count > 0)
        {
            return AccessReason.NoRole;
        }

        AccessReason reason = Better(AccessReason.None, _anonymous, own, question);
        return reason == AccessReason.None || user is null ? reason : Better(reason, RolesOf(user.Roles), own, question);
    }

    /// <summary>
    /// None as soon as a role lets the request pass, else how far the request came: the address of a role is refused before the stream's own rule.
    /// </summary>
    private static AccessReason Better(AccessReason before, AccessRole[] roles, StreamAccess? own, in AccessQuestion question)
    {
        AccessReason furthest = before == AccessReason.None ? AccessReason.NoRole : before;
        foreach (AccessRole role in roles)
        {
            AccessReason reason = Refusal(role, own, question);
            if (reason == AccessReason.None)
            {
                return reason;
            }

            furthest = reason > furthest ? reason : furthest;
        }

        return furthest;
    }

    private static AccessReason Refusal(AccessRole role, StreamAccess? own, in AccessQuestion question)
    {
        if ((role.May & question.Right) == 0 || !Covers(role.Streams, question.Stream))
        {
            return AccessReason.NoRole;
        }

        if (!Networks.Hold(role.From, question.Address))
        {
            return AccessReason.Address;
        }

        if (own is null)
        {
            return AccessReason.None;
        }

        return own.Roles.Count > 0 && !own.Roles.Contains(role.Name, StringComparer.Ordinal) ? AccessReason.StreamRoles
            : !Networks.Hold(own.From, question.Address) ? AccessReason.StreamAddress
            : own.SecureOnly && !question.IsSecure ? AccessReason.InTheClear
            : AccessReason.None;
    }

    private static bool Covers(IReadOnlyList<StreamPattern> patterns, string? stream) =>
        patterns.Count == 0 || stream is null || patterns.Any(pattern => pattern.Matches(stream));

    /// <summary>What a stream's own rule may take away.</summary>
    private static bool IsOfOneStream(AccessRights right) => right is AccessRights.Read or AccessRights.Talk;

    /// <summary>The stream's own rule; null: it has none, or what is asked is neither to watch it nor to talk to its camera.</summary>
    private StreamAccess? RuleOf(in AccessQuestion question)
    {
        if (!IsOfOneStream(question.Right) || question.Stream is not { } stream)
        {
            return null;
        }

        return _exact.TryGetValue(stream, out StreamAccess? exact) ? exact : Array.Find(_patterns, access => access.Streams.Matches(stream));
    }

    private AccessRole[] RolesOf(IReadOnlyList<string> names) => [.. names.Select(name => _roles.GetValueOrDefault(name)).OfType<AccessRole>()];
}
