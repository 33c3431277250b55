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
}
