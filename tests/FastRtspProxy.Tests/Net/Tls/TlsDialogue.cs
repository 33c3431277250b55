using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Net.Tls;

namespace FastRtspProxy.Tests.Net.Tls;

/// <summary>A handshake by the framework's client, with the certificates of the proxy at the other end.</summary>
internal static class TlsDialogue
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <param name="certificates">The server's.</param>
    /// <param name="name">The name in the hello, and the one that is looked for in the certificate.</param>
    /// <param name="versions">The client's versions of TLS; None: all that it has.</param>
    /// <param name="root">The only authority that is trusted; null: nobody is asked.</param>
    /// <param name="now">When the chain is judged.</param>
    public static async Task<(string Subject, SslProtocols Version, SslPolicyErrors Errors)> HandshakeAsync(
        ServerCertificates certificates, string name, SslProtocols versions, X509Certificate2? root = null, DateTimeOffset? now = null)
    {
        using CancellationTokenSource limit = new(s_limit);
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndPoint!, limit.Token);
        await using SslStream server = new(new NetworkStream(await listener.AcceptAsync(limit.Token), ownsSocket: true));
        await using SslStream client = new(new NetworkStream(socket, ownsSocket: false));
        SslPolicyErrors seen = SslPolicyErrors.None;
        X509ChainPolicy policy = new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (root is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.Add(root);
            policy.VerificationTime = now!.Value.UtcDateTime;
        }

        Task serving = server.AuthenticateAsServerAsync((_, hello, _, _) => ValueTask.FromResult(certificates.OptionsFor(hello.ServerName)), null, limit.Token);
        await client.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = name,
                EnabledSslProtocols = versions,
                CertificateChainPolicy = policy,
                RemoteCertificateValidationCallback = (_, _, _, errors) =>
                {
                    seen = errors;
                    return root is null || errors == SslPolicyErrors.None;
                },
            },
            limit.Token);
        await serving;
        return (client.RemoteCertificate!.Subject, client.SslProtocol, seen);
    }
}
