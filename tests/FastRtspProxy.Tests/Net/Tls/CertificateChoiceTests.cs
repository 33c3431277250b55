using FastRtspProxy.Net.Tls;

namespace FastRtspProxy.Tests.Net.Tls;

public sealed class CertificateChoiceTests
{
    private static readonly CertificateChoice s_choice = new(
    [
        ["first.example.org", "192.0.2.7"],
        ["*.example.org", "example.org"],
        ["cameras.example.org", "*.cameras.example.org", "twice.example.net"],
        ["twice.example.net", "*.example.org", "xn--bcher-kva.example", "a*.example.net", "*"],
    ]);

    [Theory]
    [InlineData("first.example.org", 0)]
    [InlineData("cameras.example.org", 2)] // an exact name before a wildcard that stands in front of it
    [InlineData("other.example.org", 1)]
    [InlineData("example.org", 1)]
    [InlineData("a.b.example.org", 0)] // a wildcard is one label
    [InlineData("door.cameras.example.org", 2)]
    [InlineData("twice.example.net", 2)] // of two, the one that was named first
    [InlineData("CAMERAS.Example.ORG", 2)]
    [InlineData("OTHER.EXAMPLE.ORG", 1)]
    [InlineData("cameras.example.org.", 2)]
    [InlineData("xn--bcher-kva.example", 3)]
    [InlineData("bücher.example", 3)] // as the framework tells it
    [InlineData("BÜCHER.example", 3)]
    [InlineData("abc.example.net", 0)] // no wildcards within a label
    [InlineData("localhost", 0)]
    [InlineData("nobody.example.com", 0)]
    [InlineData(null, 0)]
    [InlineData("", 0)]
    [InlineData(".", 0)]
    [InlineData(".example.org", 0)]
    [InlineData("192.0.2.7", 0)]
    [InlineData("10.0.0.1", 0)]
    [InlineData("::1", 0)]
    public void Find_NameOfAHello_ChoosesExactThenWildcardThenTheFirst(string? serverName, int index) => Assert.Equal(index, s_choice.Find(serverName));

    [Fact]
    public void Find_AddressThatOnlyALaterCertificateHas_TheFirst()
    {
        CertificateChoice choice = new([["a.example"], ["192.0.2.9", "*.0.2.9"]]);

        Assert.Equal(0, choice.Find("192.0.2.9"));
    }

    [Fact]
    public void Find_EveryNameInLargeSet_FindsItsOwn()
    {
        string[][] names = [.. Enumerable.Range(0, 300).Select(static i => new[] { $"h{i}.example", $"*.z{i}.example" })];
        CertificateChoice choice = new(names);

        Assert.All(Enumerable.Range(0, 300), i => Assert.Equal((i, i), (choice.Find($"H{i}.Example"), choice.Find($"any.z{i}.example"))));
    }
}
