using System.Text;
using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Tests.Operations.Cluster;

public sealed class ClusterSecretsTests
{
    private static readonly ClusterSecrets s_secrets = new("site-1", new Secret("0123456789abcdef0123456789abcdef"));
    private static readonly byte[] s_text = Encoding.UTF8.GetBytes("{\"source\":\"rtsp://192.0.2.1/a\",\"password\":\"geheim\"}");

    [Fact]
    public void Encrypt_ThenDecrypt_IsTheSameAndShowsNothing()
    {
        byte[] content = s_secrets.Encrypt("gate/1", s_text);

        Assert.Equal(s_text, s_secrets.Decrypt("gate/1", content));
        Assert.DoesNotContain("geheim", Encoding.Latin1.GetString(content), StringComparison.Ordinal);
        Assert.NotEqual(content, s_secrets.Encrypt("gate/1", s_text));
    }

    [Fact]
    public void Decrypt_UnderAnotherNameOrSecretOrCluster_IsNothing()
    {
        byte[] content = s_secrets.Encrypt("gate/1", s_text);

        Assert.Null(s_secrets.Decrypt("gate/2", content));
        Assert.Null(new ClusterSecrets("site-1", new Secret("0123456789abcdef0123456789abcdeX")).Decrypt("gate/1", content));
        Assert.Null(new ClusterSecrets("site-2", new Secret("0123456789abcdef0123456789abcdef")).Decrypt("gate/1", content));
    }

    [Fact]
    public void Decrypt_EachByteChangedAndEachPrefix_IsNothing()
    {
        byte[] content = s_secrets.Encrypt("gate/1", s_text);
        for (int i = 0; i < content.Length; i++)
        {
            byte[] damaged = [.. content];
            damaged[i] ^= 1;
            Assert.Null(s_secrets.Decrypt("gate/1", damaged));
            Assert.Null(s_secrets.Decrypt("gate/1", content.AsSpan(0, i)));
        }
    }

    /// <summary>What the hand-written files of two boxes say of a stream; each row differs from the first in one thing.</summary>
    [Fact]
    public void HashOf_StreamsOfTheFile_DifferWhereAnythingIsSaidOtherwise()
    {
        StreamConfig gate = new() { Name = "gate", Origin = ConfigOrigin.File, Sources = ["rtsp://192.0.2.1/a"] };
        StreamConfig[] all =
        [
            gate,
            gate with { Name = "yard" },
            gate with { Sources = ["rtsp://192.0.2.2/a"] },
            gate with { Sources = ["rtsp://user:geheim@192.0.2.1/a"] },
            gate with { Sources = ["rtsp://user:anders@192.0.2.1/a"] },
            gate with { Sources = ["rtsp://192.0.2.1/a", "rtsp://192.0.2.1/b"] },
            gate with { Sources = [new SourceConfig { Url = "rtsp://192.0.2.1/a", UserName = "user", Password = new Secret("geheim") }] },
            gate with { Sources = [new SourceConfig { Url = "rtsp://192.0.2.1/a", UserName = "user", Password = new Secret("anders") }] },
            gate with { UserName = "user", Password = new Secret("geheim") },
            gate with { UserName = "user", Password = new Secret("anders") },
            gate with { SingleSession = true },
            gate with { WhenAlone = WhenAlone.Keep },
            gate with { Transport = CameraWay.Tcp },
            gate with { Allow = new StreamAllowConfig { SecureOnly = true } },
        ];

        Assert.Distinct(all.Select(static one => s_secrets.HashOf([one])));
        Assert.Equal(s_secrets.HashOf([gate, all[1]]), s_secrets.HashOf([all[1], gate]));
        Assert.Equal(s_secrets.HashOf([gate]), s_secrets.HashOf([gate with { Hold = new StreamConfig().Hold }, all[1] with { Origin = ConfigOrigin.Api }]));
    }
}
