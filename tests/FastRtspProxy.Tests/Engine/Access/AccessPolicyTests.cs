using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Tests.Engine.Access;

/// <summary>Who may do what: the table, and what holds for any rules.</summary>
public sealed class AccessPolicyTests
{
    private const string Lan = "10.0.0.7";
    private const string Far = "192.0.2.9";

    private static readonly AccessRules s_rules = new()
    {
        Users =
        [
            User("viewer", "view"), User("guard", "guard"), User("admin", "admin"), User("both", "guard", "lobby"), User("nobody"),
        ],
        Roles =
        [
            new AccessRole("view", AccessRights.Read),
            new AccessRole("guard", AccessRights.Read) { Streams = [Pattern("gate/*"), Pattern("hall/**")], From = [IPNetwork.Parse("10.0.0.0/8")] },
            new AccessRole("admin", AccessRights.Read | AccessRights.Status | AccessRights.Api | AccessRights.Register),
            new AccessRole("lobby", AccessRights.Read) { Streams = [Pattern("lobby")] },
        ],
        Streams =
        [
            new StreamAccess(Pattern("hall/2")) { Roles = ["guard", "admin"], From = [IPNetwork.Parse("10.0.0.0/8")] },
            new StreamAccess(Pattern("office-*")) { Roles = ["admin"] },
        ],
    };

    /// <summary>A stream for some networks, roles or users is not for everybody, whoever asks.</summary>
    [Theory]
    [InlineData("yard", true)]
    [InlineData("hall/2", false)]
    [InlineData("office-3", false)]
    [InlineData("open/1", true)]
    [InlineData("hall/1", true)]
    public void IsForEverybody_AnonymousRoleForEveryStream_AllButThoseWithRulesOfTheirOwn(string stream, bool isForEverybody) =>
        Assert.Equal(isForEverybody, new AccessPolicy(Anonymous("view")).IsForEverybody(stream));

    [Theory]
    [InlineData("lobby", "lobby", true)]
    [InlineData("lobby", "yard", false)] // the role is for another stream
    [InlineData("guard", "gate/1", false)] // the role is for a network
    [InlineData(null, "lobby", false)]
    [InlineData("register", "lobby", false)]
    public void IsForEverybody_ByTheRoleOfWhoeverDoesNotLogIn(string? role, string stream, bool isForEverybody) =>
        Assert.Equal(isForEverybody, new AccessPolicy(Anonymous(role)).IsForEverybody(stream));

    /// <summary>Who comes in the clear is refused, and no log-in helps; a group is in the clear for everybody.</summary>
    [Theory]
    [InlineData(false, "secret", "Deny", "InTheClear")]
    [InlineData(true, "secret", "Allow", "None")]
    [InlineData(false, "yard", "Allow", "None")]
    public void Decide_StreamForTls_IsForThoseWhoComeByIt(bool isSecure, string stream, string verdict, string reason)
    {
        AccessRules rules = Anonymous("view");
        AccessPolicy policy = new(rules with { Streams = [.. rules.Streams, new StreamAccess(Pattern("secret")) { SecureOnly = true }] });
        AccessQuestion question = new(AccessRights.Read, stream, IsKnown: true, IPAddress.Parse(Lan)) { IsSecure = isSecure };
        AccessDecision decision = policy.Decide(null, question);
        Assert.Equal((verdict, reason), (decision.Verdict.ToString(), decision.Reason.ToString()));
        Assert.Equal(verdict == "Allow", policy.Keeps(SessionGrant.Anonymous, question));
        Assert.Equal(verdict, policy.Decide(rules.Users[0], question).Verdict.ToString());
        Assert.Equal(stream != "secret", policy.IsForEverybody(stream));
        Assert.Equal(stream == "secret", policy.IsSecureOnly(stream));
    }

    private static AccessRules Anonymous(string? role) => s_rules with
    {
        Roles = [.. s_rules.Roles, new AccessRole("register", AccessRights.Register)],
        Anonymous = role is null ? [] : [role],
        Streams = [.. s_rules.Streams, new StreamAccess(Pattern("open/*")) { Roles = ["view"] }],
    };

    [Theory]
    [InlineData(null, AccessRights.Read, "gate/1", Lan, AccessVerdict.Challenge, AccessReason.None)]
    [InlineData(null, AccessRights.Api, null, Lan, AccessVerdict.Challenge, AccessReason.None)]
    [InlineData("viewer", AccessRights.Read, "gate/1", Far, AccessVerdict.Allow, AccessReason.None)]
    [InlineData("viewer", AccessRights.Read, null, Far, AccessVerdict.Allow, AccessReason.None)]
    [InlineData("viewer", AccessRights.Read, "hall/2", Lan, AccessVerdict.Deny, AccessReason.StreamRoles)]
    [InlineData("viewer", AccessRights.Register, "x", Lan, AccessVerdict.Deny, AccessReason.NoRole)]
    [InlineData("viewer", AccessRights.Status, null, Lan, AccessVerdict.Deny, AccessReason.NoRole)]
    [InlineData("guard", AccessRights.Read, "gate/1", Lan, AccessVerdict.Allow, AccessReason.None)]
    [InlineData("guard", AccessRights.Read, "gate/1", "::ffff:10.0.0.7", AccessVerdict.Allow, AccessReason.None)]
    [InlineData("guard", AccessRights.Read, "gate/1", Far, AccessVerdict.Deny, AccessReason.Address)]
    [InlineData("guard", AccessRights.Read, "yard", Lan, AccessVerdict.Deny, AccessReason.NoRole)]
    [InlineData("guard", AccessRights.Read, "hall/2", Lan, AccessVerdict.Allow, AccessReason.None)]
    [InlineData("guard", AccessRights.Read, "hall/2", Far, AccessVerdict.Deny, AccessReason.Address)]
    [InlineData("admin", AccessRights.Read, "hall/2", Far, AccessVerdict.Deny, AccessReason.StreamAddress)]
    [InlineData("admin", AccessRights.Read, "office-3", Far, AccessVerdict.Allow, AccessReason.None)]
    [InlineData("viewer", AccessRights.Read, "office-3", Lan, AccessVerdict.Deny, AccessReason.StreamRoles)]
    [InlineData("admin", AccessRights.Api, "hall/2", Far, AccessVerdict.Allow, AccessReason.None)]
    [InlineData("both", AccessRights.Read, "lobby", Far, AccessVerdict.Allow, AccessReason.None)]
    [InlineData("both", AccessRights.Read, "gate/1", Far, AccessVerdict.Deny, AccessReason.Address)]
    [InlineData("nobody", AccessRights.Read, "gate/1", Lan, AccessVerdict.Deny, AccessReason.NoRole)]
    internal void Decide_UserRightStreamAddress_AsTheTableSays(string? user, AccessRights right, string? stream, string address, AccessVerdict verdict, AccessReason reason)
    {
        AccessPolicy policy = new(s_rules);

        AccessDecision decision = policy.Decide(user is null ? null : policy.Find(user, right), new AccessQuestion(right, stream, IsKnown: true, IPAddress.Parse(address)));

        Assert.Equal((verdict, reason), (decision.Verdict, decision.Reason));
    }

    [Theory]
    [InlineData("lobby", true, Lan, AccessVerdict.Allow)]
    [InlineData("gate/1", true, Lan, AccessVerdict.Deny)]
    [InlineData("gate/1", true, Far, AccessVerdict.Deny)]
    [InlineData("nowhere", false, Lan, AccessVerdict.Deny)]
    internal void Decide_NobodyCouldLogIn_IsNotChallenged(string stream, bool isKnown, string address, AccessVerdict verdict)
    {
        AccessPolicy policy = new(s_rules with { Users = [], Anonymous = ["lobby"] });

        Assert.Equal(verdict, policy.Decide(null, new AccessQuestion(AccessRights.Read, stream, isKnown, IPAddress.Parse(address))).Verdict);
    }

    [Fact]
    public void Decide_UserOfOneNetworkOnly_ChallengesThereOnly()
    {
        AccessPolicy policy = new(s_rules with { Users = [User("guard", "guard")] });

        Assert.Equal(AccessVerdict.Challenge, policy.Decide(null, Read("gate/1", Lan)).Verdict);
        Assert.Equal(AccessVerdict.Deny, policy.Decide(null, Read("gate/1", Far)).Verdict);
    }

    [Fact]
    public void Decide_AnonymousRoles_AreEverybodys()
    {
        AccessPolicy policy = new(s_rules with { Anonymous = ["lobby"] });

        Assert.Equal(AccessVerdict.Allow, policy.Decide(null, Read("lobby", Far)).Verdict);
        Assert.Equal(AccessVerdict.Allow, policy.Decide(policy.Find("nobody", AccessRights.Read), Read("lobby", Far)).Verdict);
    }

    [Theory]
    [InlineData(false, false, true, true)]
    [InlineData(true, false, false, true)]
    [InlineData(false, true, true, false)]
    [InlineData(true, true, false, false)]
    public void OfCommandLine_EachList_ClosesItsRight(bool hasViewers, bool hasRegistrants, bool mayWatch, bool registersIfItMayWatch)
    {
        AccessPolicy policy = new(AccessRules.OfCommandLine(
            hasViewers ? [new Credentials("viewer", "a")] : [], hasRegistrants ? [new Credentials("viewer", "b")] : [], offersSha256: false));

        Assert.Equal(mayWatch, policy.IsOpen(AccessRights.Read));
        Assert.Equal(mayWatch && registersIfItMayWatch, policy.IsOpen(AccessRights.Register));
        Assert.Equal(hasViewers ? UserSecret.OfPassword("a") : null, policy.Find("viewer", AccessRights.Read)?.Secret);
        Assert.Equal(hasRegistrants ? UserSecret.OfPassword("b") : hasViewers ? UserSecret.OfPassword("a") : null, policy.Find("viewer", AccessRights.Register)?.Secret);
        Assert.Null(policy.Find("viewer", AccessRights.Api));
    }

    [Fact]
    public void Keeps_EachWayToTakeARightAway_IsNoticed()
    {
        SessionGrant guard = new("guard", Secret("guard"), null);
        AccessQuestion question = Read("hall/2", Lan);
        Assert.True(new AccessPolicy(s_rules).Keeps(guard, question));
        Assert.True(new AccessPolicy(s_rules with { Realm = "other", Users = [User("guard", "guard")] }).Keeps(guard, question));

        Assert.False(new AccessPolicy(s_rules with { Users = [] }).Keeps(guard, question));
        Assert.False(new AccessPolicy(s_rules with { Users = [new AccessUser("guard", UserSecret.OfPassword("new"), ["guard"])] }).Keeps(guard, question));
        Assert.False(new AccessPolicy(s_rules with { Users = [User("guard", "lobby")] }).Keeps(guard, question));
        Assert.False(new AccessPolicy(s_rules with { Roles = [new AccessRole("guard", AccessRights.Status)] }).Keeps(guard, question));
        Assert.False(new AccessPolicy(s_rules with { Roles = [new AccessRole("guard", AccessRights.Read) { From = [IPNetwork.Parse("192.0.2.0/24")] }] }).Keeps(guard, question));
        Assert.False(new AccessPolicy(s_rules with { Streams = [new StreamAccess(Pattern("hall/2")) { Roles = ["admin"] }] }).Keeps(guard, question));
        Assert.False(new AccessPolicy(s_rules with { Streams = [new StreamAccess(Pattern("hall/*")) { From = [IPNetwork.Parse("192.0.2.0/24")] }] }).Keeps(guard, question));
        Assert.True(new AccessPolicy(s_rules with { Users = [], Streams = [], Anonymous = ["view"] }).Keeps(guard, question));
    }

    [Fact]
    public void Keeps_LetInByTheExternalDecision_AsLongAsThatIsAsked()
    {
        ExternalSettings external = new(new Uri("https://auth.example/frp"));
        SessionGrant token = new(null, null, external);
        SessionGrant named = new("anna", null, external);
        AccessQuestion question = Read("yard", Far);

        Assert.True(new AccessPolicy(s_rules with { External = external with { Timeout = TimeSpan.FromSeconds(1) } }).Keeps(token, question));
        Assert.False(new AccessPolicy(s_rules).Keeps(token, question));
        Assert.False(new AccessPolicy(s_rules with { External = new ExternalSettings(new Uri("https://other.example/")) }).Keeps(token, question));
        Assert.False(new AccessPolicy(s_rules with { External = external, Streams = [new StreamAccess(Pattern("yard")) { Roles = ["guard"] }] }).Keeps(token, question));
        Assert.False(new AccessPolicy(s_rules with { External = external, Users = [User("anna", "lobby")] }).Keeps(named, question));
    }

    /// <summary>A further right, role, network or pattern refuses nobody who was let in, whoever it is and whatever is asked.</summary>
    [Fact]
    public void Decide_RulesThatGiveMore_AllowWhatWasAllowed()
    {
        Random random = new(14);
        int allowed = 0;
        for (int i = 0; i < 20_000; i++)
        {
            AccessRules rules = RandomRules(random);
            AccessRules more = WithMore(rules, random);
            AccessQuestion question = RandomQuestion(random);
            string? name = random.Next(3) == 0 ? null : "user" + random.Next(3);
            if (Decide(rules, name, question) == AccessVerdict.Allow)
            {
                allowed++;
                Assert.Equal(AccessVerdict.Allow, Decide(more, name, question));
            }

            // Nobody loses by a log-in either.
            if (Decide(rules, null, question) == AccessVerdict.Allow)
            {
                Assert.Equal(AccessVerdict.Allow, Decide(rules, "user0", question));
            }
        }

        Assert.InRange(allowed, 2_000, 18_000);
    }

    /// <summary>To a stranger, a stream that is not for him answers like one that is not there.</summary>
    [Fact]
    public void Decide_Stranger_CannotTellAForbiddenStreamFromNone()
    {
        Random random = new(15);
        for (int i = 0; i < 20_000; i++)
        {
            AccessRules rules = RandomRules(random);
            AccessQuestion known = RandomQuestion(random) with { Right = AccessRights.Read, IsKnown = true, Stream = RandomStream(random) };
            AccessQuestion unknown = known with { IsKnown = false };
            AccessVerdict verdict = Decide(rules, null, known);
            if (verdict != AccessVerdict.Allow)
            {
                Assert.Equal(verdict, Decide(rules, null, unknown));
                Assert.Equal(verdict, rules.Streams.Count == 0 ? verdict : Decide(rules, null, unknown with { Stream = "nowhere/at/all" }));
            }
        }
    }

    private static AccessVerdict Decide(AccessRules rules, string? name, in AccessQuestion question)
    {
        AccessPolicy policy = new(rules);
        return policy.Decide(name is null ? null : policy.Find(name, question.Right), question).Verdict;
    }

    private static AccessRules RandomRules(Random random) => new()
    {
        Roles = [.. Enumerable.Range(0, 3).Select(i => new AccessRole("role" + i, (AccessRights)random.Next(16)) { Streams = Some(random, RandomPattern), From = Some(random, RandomNetwork) })],
        Users = [.. Enumerable.Range(0, 3).Select(i => User("user" + i, [.. Some(random, RandomRole)]))],
        Anonymous = random.Next(2) == 0 ? [] : [RandomRole(random)],
        Streams = [.. Enumerable.Range(0, random.Next(3)).Select(_ => new StreamAccess(RandomPattern(random)) { Roles = Some(random, RandomRole), From = Some(random, RandomNetwork) })],
    };

    private static AccessRules WithMore(AccessRules rules, Random random)
    {
        int which = random.Next(3);
        AccessRole role = rules.Roles[which];
        AccessRole more = random.Next(3) switch
        {
            0 => role with { May = role.May | (AccessRights)(1 << random.Next(4)) },
            1 => role with { Streams = role.Streams.Count == 0 ? [] : [.. role.Streams, RandomPattern(random)] },
            _ => role with { From = role.From.Count == 0 ? [] : [.. role.From, RandomNetwork(random)] },
        };
        return random.Next(4) switch
        {
            0 => rules with { Users = [.. rules.Users.Select(user => user with { Roles = [.. user.Roles, RandomRole(random)] })] },
            1 => rules with { Anonymous = [.. rules.Anonymous, RandomRole(random)] },
            2 => rules with { Streams = [.. rules.Streams.Select(stream => stream with { Roles = stream.Roles.Count == 0 ? [] : [.. stream.Roles, RandomRole(random)] })] },
            _ => rules with { Roles = [.. rules.Roles.Select(one => one == role ? more : one)] },
        };
    }

    private static AccessQuestion RandomQuestion(Random random) => new(
        (AccessRights)(1 << random.Next(4)), random.Next(5) == 0 ? null : RandomStream(random), random.Next(2) == 0, IPAddress.Parse(random.Next(2) == 0 ? Lan : Far));

    private static string RandomStream(Random random) => ((string[])["gate/1", "gate/2", "hall/1/sub", "lobby"])[random.Next(4)];

    private static StreamPattern RandomPattern(Random random) => Pattern(((string[])["gate/*", "gate/1", "hall/**", "lobby", "*"])[random.Next(5)]);

    private static IPNetwork RandomNetwork(Random random) => IPNetwork.Parse(((string[])["10.0.0.0/8", "192.0.2.0/24", "172.16.0.0/12"])[random.Next(3)]);

    private static string RandomRole(Random random) => "role" + random.Next(3);

    private static T[] Some<T>(Random random, Func<Random, T> one) => [.. Enumerable.Range(0, random.Next(3)).Select(_ => one(random))];

    private static AccessQuestion Read(string stream, string address) => new(AccessRights.Read, stream, IsKnown: true, IPAddress.Parse(address));

    private static AccessUser User(string name, params string[] roles) => new(name, Secret(name), roles);

    private static UserSecret Secret(string name) => UserSecret.OfPassword(name + "'s");

    private static StreamPattern Pattern(string text)
    {
        Assert.True(StreamPattern.TryParse(text, out StreamPattern? pattern, out _));
        return pattern;
    }
}
