using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Tests.Engine.Access;

public sealed class AccessRulesTests
{
    private static readonly AccessUser s_anna = new("anna", UserSecret.OfPassword("pa55"), ["view"]);

    private static readonly AccessRules s_good = new() { Users = [s_anna], Roles = [new AccessRole("view", AccessRights.Read)], Anonymous = ["view"], External = new ExternalSettings(new Uri("https://auth.example/frp")) };

    public static TheoryData<string, string> Faults => new()
    {
        { "role twice", "The role \"view\" is defined twice" },
        { "user twice", "The user \"anna\" is there twice" },
        { "colon", "without a colon" },
        { "user's role", "The user \"anna\" has the role \"ghost\", which nobody defined" },
        { "anonymous", "auth.anonymous names the role \"ghost\"" },
        { "stream", "The stream \"gate/1\" is for the role \"ghost\"" },
        { "no digest", "auth.digest offers no algorithm" },
        { "sha512", "auth.digest knows md5 and sha256" },
        { "scheme", "auth.external.url is not an http" },
        { "user info", "auth.external.headers" },
        { "timeout", "auth.external.timeout" },
        { "cache", "auth.external.cache" },
        { "header", "auth.external.headers has a name" },
    };

    [Fact]
    public void Defects_GoodRules_AreNone()
    {
        Assert.Empty(s_good.Defects());
        Assert.Empty(s_good.Warnings());
        Assert.Empty(AccessRules.OfCommandLine([new("a", "x"), new("a", "y")], [new("a", "z")], offersSha256: true).Defects());
        Assert.Empty(AccessRules.OfCommandLine([new("", "x"), new("a:b", "y")], [], offersSha256: true).Defects()); // as LIVE555 takes them
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Defects_Fault_IsSaidWithItsPlaceAndNoPassword(string fault, string said)
    {
        Assert.True(StreamPattern.TryParse("gate/1", out StreamPattern? gate, out _));
        ExternalSettings external = s_good.External!;
        AccessRules rules = fault switch
        {
            "role twice" => s_good with { Roles = [.. s_good.Roles, .. s_good.Roles] },
            "user twice" => s_good with { Users = [s_anna, s_anna] },
            "colon" => s_good with { OffersBasic = true, Users = [s_anna with { Name = "an:na" }] },
            "user's role" => s_good with { Users = [s_anna with { Roles = ["ghost"] }] },
            "anonymous" => s_good with { Anonymous = ["ghost"] },
            "stream" => s_good with { Streams = [new StreamAccess(gate) { Roles = ["ghost"] }] },
            "no digest" => s_good with { Digest = [] },
            "sha512" => s_good with { Digest = [DigestAlgorithm.Sha512Slash256] },
            "scheme" => s_good with { External = new ExternalSettings(new Uri("ftp://auth.example/")) },
            "user info" => s_good with { External = new ExternalSettings(new Uri("https://u:pa55@auth.example/")) },
            "timeout" => s_good with { External = external with { Timeout = TimeSpan.Zero } },
            "cache" => s_good with { External = external with { DenyFor = TimeSpan.FromSeconds(-1) } },
            _ => s_good with { External = external with { Headers = [new("X-Secret", "pa55\r\nX: y")] } },
        };

        string defect = Assert.Single(rules.Defects());

        Assert.Contains(said, defect, StringComparison.Ordinal);
        Assert.DoesNotContain("pa55", defect, StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_ExternalInTheClear_IsSaidUnlessItIsThisMachine()
    {
        Assert.Single((s_good with { External = new ExternalSettings(new Uri("http://auth.example/")) }).Warnings());
        Assert.Empty((s_good with { External = new ExternalSettings(new Uri("http://127.0.0.1:8080/")) }).Warnings());
    }

    [Fact]
    public void ToString_OfAnything_HoldsNoSecret()
    {
        ExternalSettings external = s_good.External! with { Headers = [new("X-Secret", "pa55")] };

        string text = $"{s_good with { External = external }} {s_anna} {external} {new SessionGrant("anna", s_anna.Secret, external)} {new ExternalQuestion("read", "gate/1", "anna", "pa55", "pa55", "10.0.0.1", "rtsp")}";

        Assert.DoesNotContain("pa55", text, StringComparison.Ordinal);
    }
}
