using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Operations.Configuration;

/// <summary>
/// Who may do what, in the engine's words. Where a configuration says no more than `-C` and `-U` can, users who may watch everything from anywhere,
/// it is LIVE555's two lists: then whoever may watch may REGISTER as long as
/// `register.users` is empty. With anything more only a role with the right, or an entry there, may.
/// </summary>
internal static class EngineAccess
{
    /// <summary>The blank keeps it apart from every name that a configuration can give.</summary>
    private const string RegistrantRole = "register users";

    /// <inheritdoc cref="RegistrantRole"/>
    private const string EverybodysRole = "everybody everywhere";

    /// <summary>The rules; null: `-C` and `-U` can say the same.</summary>
    public static AccessRules? Of(ProxyConfig config)
    {
        if (SaysTwoListsOnly(config))
        {
            return null;
        }

        AuthConfig auth = config.Auth;
        AccessUser[] registrants =
            [.. config.Register.Users.Select(static user => new AccessUser(user.Name, UserSecret.OfPassword(user.Password.Value), [RegistrantRole]))];
        bool isOpen = auth.Users.Count == 0 && auth.External is null && auth.Anonymous.Count == 0;
        AccessRights open = AccessRights.Read | AccessRights.Talk | (registrants.Length == 0 ? AccessRights.Register : AccessRights.None);
        return new AccessRules
        {
            Realm = auth.Realm,
            Digest = auth.Digest,
            OffersBasic = auth.Basic,
            Users = [.. auth.Users.Select(static user => new AccessUser(user.Name, SecretOf(user), user.Roles)), .. registrants],
            Roles = [.. auth.Roles.Select(RoleOf), new AccessRole(RegistrantRole, AccessRights.Register), new AccessRole(EverybodysRole, open)],
            Anonymous = isOpen ? [EverybodysRole] : auth.Anonymous,
            Streams = [.. StreamsOf(config)],
            External = auth.External is { } external ? ExternalOf(external) : null,
        };
    }

    /// <summary>True when every user may watch everything from anywhere and nothing else, by a plain password, and that is all.</summary>
    private static bool SaysTwoListsOnly(ProxyConfig config)
    {
        AuthConfig auth = config.Auth;
        StreamAllowConfig nothing = new();
        return auth.External is null && auth.Anonymous.Count == 0 && auth.Realm == new AuthConfig().Realm && !auth.Basic
            && auth.Digest.Count > 0 && auth.Digest[0] == DigestAlgorithm.Md5
            && config.Defaults.Allow == nothing && config.Streams.All(stream => stream.Allow == nothing && !stream.BackChannel)
            && auth.Roles.All(static role => role.May.All(static right => right == AccessRight.Read))
            && auth.Users.All(user => user.Passwords is [{ Hash: null }] && user.Roles.Any(name => IsForEverything(auth, name)));
    }

    private static bool IsForEverything(AuthConfig auth, string name) => auth.Roles.Any(
        role => role.Name == name && role.May.Contains(AccessRight.Read) && role.Streams.Count == 0 && role.From.Count == 0);

    private static UserSecret SecretOf(UserConfig user)
    {
        string? HashBy(DigestAlgorithm algorithm) => user.Passwords.FirstOrDefault(one => one.Hash == algorithm)?.Value.Value;
        return UserSecret.TryOfHashes(HashBy(DigestAlgorithm.Md5), HashBy(DigestAlgorithm.Sha256))
            ?? UserSecret.OfPassword(user.Passwords[0].Value.Value);
    }

    private static AccessRole RoleOf(RoleConfig role) =>
        new(role.Name, RightsOf(role.May)) { Streams = [.. role.Streams.Select(PatternOf)], From = role.From };

    private static AccessRights RightsOf(ValueList<AccessRight> rights)
    {
        AccessRights all = AccessRights.None;
        foreach (AccessRight right in rights)
        {
            all |= right switch
            {
                AccessRight.Read => AccessRights.Read,
                AccessRight.Status => AccessRights.Status,
                AccessRight.Api => AccessRights.Api,
                AccessRight.Talk => AccessRights.Talk,
                _ => AccessRights.Register,
            };
        }

        return all;
    }

    /// <summary>
    /// Each stream with an `allow` of its own. Where a wildcard or the defaults have one, every stream of the configuration stands here, those
    /// without a rule too, and in the order in which wildcards are chosen: a stream goes by the rule of what it was made from. Behind them all stand
    /// the others, those that come by REGISTER.
    /// </summary>
    private static IEnumerable<StreamAccess> StreamsOf(ProxyConfig config)
    {
        StreamAllowConfig nothing = new();
        bool isForAll = config.Defaults.Allow != nothing;
        bool isForMany = isForAll || config.Streams.Any(stream => stream.IsWildcard && stream.Allow != nothing);
        IEnumerable<StreamConfig> inOrder = config.Streams
            .OrderByDescending(static stream => stream.Name.Length).ThenBy(static stream => stream.Name, StringComparer.Ordinal);
        foreach (StreamConfig stream in inOrder)
        {
            if (isForMany || stream.Allow != nothing)
            {
                yield return AccessOf(StreamPattern.OfStream(stream.Name), stream.Allow);
            }
        }

        if (isForAll)
        {
            yield return AccessOf(PatternOf("**"), config.Defaults.Allow);
        }
    }

    private static StreamAccess AccessOf(StreamPattern streams, StreamAllowConfig allow) => new(streams)
    {
        Roles = allow.Roles,
        From = allow.From,
        SecureOnly = allow.SecureOnly,
    };

    private static StreamPattern PatternOf(string text) =>
        StreamPattern.TryParse(text, out StreamPattern? pattern, out string defect)
            ? pattern
            : throw new ArgumentException($"\"{text}\" {defect}", nameof(text));

    private static ExternalSettings ExternalOf(ExternalAuthConfig external) => new(new Uri(external.Url))
    {
        Actions = RightsOf(external.Actions),
        Headers = [.. external.Headers.Select(static header => new KeyValuePair<string, string>(header.Name, header.Value.Value))],
        Timeout = external.Timeout,
        AllowFor = external.Cache.Allow,
        DenyFor = external.Cache.Deny,
        OnError = external.OnError,
    };
}
