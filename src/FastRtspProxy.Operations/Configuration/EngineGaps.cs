using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Operations.Configuration;

/// <summary>
/// What the model can say and this version of the program cannot do: each a sentence, and the program does not start with it. Taken without a word,
/// a role that is not enforced would be believed. A line goes when the engine can do it.
/// </summary>
internal static class EngineGaps
{
    /// <summary>As errors of a configuration that is right otherwise.</summary>
    public static IReadOnlyList<ConfigRemark> Find(ProxyConfig config) =>
        [
            .. Sentences(config).Select(
                static sentence => new ConfigRemark(ConfigPlace.WholeFile, IsWarning: false, $"not in this version: {sentence}")),
        ];

    private static IEnumerable<string> Sentences(ProxyConfig config)
    {
        AuthConfig auth = config.Auth;
        bool isOpenToAllUsers(string name) =>
            auth.Roles.Any(role => role.Name == name && role.May.Contains(AccessRight.Read) && role.Streams.Count == 0 && role.From.Count == 0);
        (bool Has, string What)[] gaps =
        [
            (auth.External is not null, "auth.external"),
            (auth.Anonymous.Count > 0, "auth.anonymous"),
            (auth.Realm != new AuthConfig().Realm, "another auth.realm"),
            (!auth.Digest.Contains(DigestAlgorithm.Md5) || auth.Digest[0] != DigestAlgorithm.Md5, "auth.digest that does not begin with md5"),
            (auth.Users.Any(static user => user.Passwords.Any(static password => password.Hash is not null)), "hashed passwords"),
            (auth.Users.Any(user => !user.Roles.Any(isOpenToAllUsers)), "users that may not watch all streams from everywhere"),
            (auth.Roles.Any(static role => role.May.Any(static right => right != AccessRight.Read)), "roles with other rights than read"),
            (
                config.Streams.Any(static stream => stream.Allow != new StreamAllowConfig()) || config.Defaults.Allow != new StreamAllowConfig(),
                "allow"),
            (config.Streams.Any(static stream => stream.IsWildcard), "wildcards (streams with a * in their names)"),
            (
                config.Streams.Any(static stream => stream.Tls.Fingerprint is not null) || config.Defaults.Tls.Fingerprint is not null,
                "tls.fingerprint"),
            (config.Dscp != new DscpConfig() || config.Streams.Any(static stream => stream.Dscp is not null), "dscp"),
            (config.Egress != new EgressConfig(), "egress"),
            (config.Log.Format != LogFormat.Text, "log.format: json"),
            (config.Log.Addresses != AddressDetail.Full, "log.addresses other than full"),
            (config.Shutdown.Drain > TimeSpan.Zero, "shutdown.drain"),
        ];
        return gaps.Where(static gap => gap.Has).Select(static gap => gap.What);
    }
}
