using System.Net;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The keys of <c>auth</c>.</summary>
internal static class AuthKeys
{
    private static readonly TypeOf<AccessRight> s_right = ConfigTypes.Word(
        "RIGHT",
        "the rights",
        ("read", AccessRight.Read),
        ("status", AccessRight.Status),
        ("api", AccessRight.Api),
        ("register", AccessRight.Register),
        ("talk", AccessRight.Talk));

    /// <summary>The external decision is asked who comes in by RTSP: who may talk, and who may use HTTP, is for the users' list to say.</summary>
    private static readonly TypeOf<AccessRight> s_action = ConfigTypes.Word(
        "RIGHT",
        "the rights that it is asked for (status, api and talk come by auth.roles alone)",
        ("read", AccessRight.Read),
        ("register", AccessRight.Register));

    private static readonly ConfigShape<UserConfig> s_user = new(
        new UserConfig(),
        new ValueKey<UserConfig, string>("name", NameTypes.User, static c => c.Name, static (c, v) => c with { Name = v })
        {
            Text = "who",
            IsRequired = true,
            Sample = "viewer",
        },
        new ValuesKey<UserConfig, UserPassword>(
            "password", UserPasswordType.Instance, static c => c.Passwords, static (c, v) => c with { Passwords = v })
        {
            Text = "plain, or hashed with name and realm, one for each algorithm (ha1:md5:HEX, ha1:sha-256:HEX)",
            IsRequired = true,
            CountMin = 1,
            Sample = "${file:viewer}",
        },
        new ValuesKey<UserConfig, string>("roles", NameTypes.Role, static c => c.Roles, static (c, v) => c with { Roles = v })
        {
            Text = "what he may do: names under auth.roles",
            Sample = "[view]",
        });

    private static readonly ConfigShape<RoleConfig> s_role = new(
        new RoleConfig(),
        new ValuesKey<RoleConfig, AccessRight>("may", s_right, static c => c.May, static (c, v) => c with { May = v })
        {
            Text = "read: watch; talk: send sound to cameras (backChannel); status: look at API and metrics; api: change things there; "
                + "register: REGISTER streams",
            IsRequired = true,
            CountMin = 1,
            Sample = "[read]",
        },
        new ValuesKey<RoleConfig, string>("streams", NameTypes.Pattern, static c => c.Streams, static (c, v) => c with { Streams = v })
        {
            Text = "which streams: names, with * for what has no slash and ** for anything",
            DefaultWords = "all",
            Sample = "[\"gate/*\", \"hall/**\"]",
        },
        new ValuesKey<RoleConfig, IPNetwork>("from", ConfigTypes.Network, static c => c.From, static (c, v) => c with { From = v })
        {
            Text = "from which addresses",
            DefaultWords = "any",
            Sample = "[10.0.0.0/8]",
        });

    private static readonly ConfigShape<AnswerCacheConfig> s_cache = new(
        new AnswerCacheConfig(),
        new ValueKey<AnswerCacheConfig, TimeSpan>("allow", ConfigTypes.Duration, static c => c.Allow, static (c, v) => c with { Allow = v })
        {
            Text = "for so long a yes holds",
        },
        new ValueKey<AnswerCacheConfig, TimeSpan>("deny", ConfigTypes.Duration, static c => c.Deny, static (c, v) => c with { Deny = v })
        {
            Text = "for so long a no holds",
        });

    private static readonly ConfigShape<ExternalAuthConfig> s_external = new(
        new ExternalAuthConfig(),
        new ValueKey<ExternalAuthConfig, string>("url", UrlTypes.Web, static c => c.Url, static (c, v) => c with { Url = v })
        {
            Text = "asked with a POST for what the users did not decide",
            IsRequired = true,
            Sample = "https://auth.example/frp",
        },
        new ValuesKey<ExternalAuthConfig, AccessRight>("actions", s_action, static c => c.Actions, static (c, v) => c with { Actions = v })
        {
            Text = "for which rights it is asked",
            CountMin = 1,
        },
        new NamedValuesKey<ExternalAuthConfig, Secret, HeaderConfig>(
            "headers", ConfigTypes.Secret, static (name, value) => new HeaderConfig(name, value), NameTypes.FindHeaderFault,
            static header => header.Name, static c => c.Headers, static (c, v) => c with { Headers = v })
        {
            Text = "sent with each question, so that the server knows who asks",
            Sample = "{X-Secret: \"${file:auth-secret}\"}",
        },
        new ValueKey<ExternalAuthConfig, TimeSpan>(
            "timeout",
            ConfigTypes.DurationWithin(
                TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), "an answer is waited for from 100ms to 10s (the default is 2s)"),
            static c => c.Timeout,
            static (c, v) => c with { Timeout = v })
        {
            Text = "wait so long for its answer",
        },
        new SectionKey<ExternalAuthConfig, AnswerCacheConfig>("cache", s_cache, static c => c.Cache, static (c, v) => c with { Cache = v })
        {
            Text = "how long answers hold, for each user, stream, address and protocol",
        },
        new ValueKey<ExternalAuthConfig, ExternalOnError>(
            "onError",
            ConfigTypes.Word("WORD", "the choices", ("deny", ExternalOnError.Deny), ("lastKnown", ExternalOnError.LastKnown)),
            static c => c.OnError,
            static (c, v) => c with { OnError = v })
        {
            Text = "when it does not answer: deny, or lastKnown (whoever was let in within the hour is let in)",
        });

    public static ConfigShape<AuthConfig> Shape { get; } = new(
        new AuthConfig(),
        new ValueKey<AuthConfig, string>("realm", NameTypes.Realm, static c => c.Realm, static (c, v) => c with { Realm = v })
        {
            Text = "what log-ins are for; hashed passwords are bound to it",
        },
        new ValuesKey<AuthConfig, DigestAlgorithm>(
            "digest",
            ConfigTypes.Word(
                "ALGORITHM", "the algorithms", ("md5", DigestAlgorithm.Md5), ("sha-256", DigestAlgorithm.Sha256), ("sha256", DigestAlgorithm.Sha256)),
            static c => c.Digest,
            static (c, v) => c with { Digest = v })
        {
            Text = "the algorithms of Digest that are offered, in this order",
            CountMin = 1,
            Option = new("--offer-sha256") { Text = "with -C: offer Digest SHA-256 beside MD5", ValueName = "", Sets = ["md5", "sha-256"] },
            Sample = "[md5, sha-256]",
        },
        new ValueKey<AuthConfig, bool>("basic", ConfigTypes.Flag, static c => c.Basic, static (c, v) => c with { Basic = v })
        {
            Text = "offer Basic, too, behind Digest and to viewers who come by TLS only (rtsps): a server of external hears the password",
        },
        new SectionsKey<AuthConfig, UserConfig>(
            "users", s_user, static () => new UserConfig(), static user => user.Name, static c => c.Users, static (c, v) => c with { Users = v })
        {
            Text = "who may log in",
        },
        new NamedSectionsKey<AuthConfig, RoleConfig>(
            "roles", s_role, static (_, name) => new RoleConfig { Name = name }, NameTypes.FindRoleFault, static role => role.Name,
            static c => c.Roles, static (c, v) => c with { Roles = v })
        {
            Text = "what users may do",
            NameText = "ROLE",
        },
        new ValuesKey<AuthConfig, string>("anonymous", NameTypes.Role, static c => c.Anonymous, static (c, v) => c with { Anonymous = v })
        {
            Text = "the roles of whoever does not log in",
            Sample = "[]",
        },
        new SectionKey<AuthConfig, ExternalAuthConfig>(
            "external", s_external, static c => c.External ?? new ExternalAuthConfig(), static (c, v) => c with { External = v })
        {
            Text = "a server that decides who may watch",
        });
}
