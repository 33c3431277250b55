#pragma warning disable RS0030 // inside Outbound
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// Asks another box how it is: one request (GET_PARAMETER) on a connection of its own, by RTSP like everything between boxes, so that one address is
/// enough. Inside <see cref="Outbound"/>.
/// </summary>
internal sealed class PeerClient(string self, ClusterSecrets secrets, SteadyTime clock, TimeProvider time)
{
    private const int HeadBytesMax = 4096;

    /// <summary><inheritdoc cref="PeerSources.ClockOf"/> Until it is known, what it is asked is answered, and nothing is promised.</summary>
    public Func<string, TimeSpan> ClockOf { get; set; } = static _ => TimeSpan.Zero;

    /// <inheritdoc cref="PeerSources.Authorities"/>
    public X509Certificate2Collection? Authorities { get; set; }

    /// <summary>Its state, and what its clock is ahead of ours by; null: it did not answer in time, or it was not it that answered.</summary>
    public Task<(PeerState State, TimeSpan Ahead)?> AskAsync(ClusterMember peer, TimeSpan limit) => Outbound.RunAsync(async () =>
    {
        using CancellationTokenSource due = new(limit, time);
        try
        {
            return await AskOnceAsync(peer, due.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or AuthenticationException
            or CryptographicException or ArgumentException or ObjectDisposedException)
        {
            return null; // a certificate that cannot be read, and a name that none can be (longer than 255), among them
        }
    });

    private async Task<(PeerState State, TimeSpan Ahead)?> AskOnceAsync(ClusterMember peer, CancellationToken due)
    {
        if (!RtspUrl.TryParse(peer.Url, out RtspUrl? url, out _))
        {
            return null;
        }

        await using Stream plain = await OutboundHttp.ConnectAsync(url.Host, url.Port, due);
        if (!url.Tls)
        {
            return await TalkAsync(plain, peer, url, due);
        }

        await using SslStream secure = new(plain);
        SslClientAuthenticationOptions options = new() { TargetHost = url.Host, CertificateChainPolicy = TlsByteStream.ChainPolicy(Authorities) };
        await secure.AuthenticateAsClientAsync(options, due);
        return await TalkAsync(secure, peer, url, due);
    }

    private async Task<(PeerState State, TimeSpan Ahead)?> TalkAsync(Stream stream, ClusterMember peer, RtspUrl url, CancellationToken due)
    {
        string hop = HopHeader.Make(secrets.Hop, self, peer.Node, 0, clock.Now + ClockOf(peer.Node), RtspMethod.GetParameter, string.Empty);
        string place = $"{(url.Tls ? "rtsps" : "rtsp")}://{AddressText.HostForPeer(url.Host)}:{url.Port}/";
        string request = $"GET_PARAMETER {place} RTSP/1.0\r\nCSeq: 1\r\n{HopHeader.Name}: {hop}\r\n\r\n";
        long sent = time.GetTimestamp();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), due);
        byte[] buffer = new byte[HeadBytesMax];
        int read = 0;
        int end;
        while ((end = buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8)) < 0)
        {
            int more = read < buffer.Length ? await stream.ReadAsync(buffer.AsMemory(read), due) : 0;
            if (more == 0)
            {
                return null;
            }

            read += more;
        }

        TimeSpan took = time.GetElapsedTime(sent);
        string[] lines = Encoding.ASCII.GetString(buffer, 0, end).Split("\r\n");
        if (!lines[0].StartsWith("RTSP/1.0 200 ", StringComparison.Ordinal)
            || !HopHeader.TryParse(HeaderOf(lines, HopHeader.Name), out HopHeader proof)
            || !int.TryParse(HeaderOf(lines, "Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            || length > PeerState.BytesMax || read - end - 4 > length)
        {
            return null;
        }

        byte[] body = new byte[length];
        int had = read - end - 4;
        buffer.AsSpan(end + 4, had).CopyTo(body);
        await stream.ReadExactlyAsync(body.AsMemory(had), due);
        if (!HopHeader.TryParse(hop, out HopHeader asked) || proof.Node != peer.Node
            || !proof.IsProof(secrets.Hop, self, HopGate.AnswerMethod, HopGate.ProofText(asked.Nonce, body))
            || PeerState.Read(body) is not { } state)
        {
            return null;
        }

        // Half of the way there and back: as near as a time-out of a second asks for.
        return (state, DateTimeOffset.FromUnixTimeMilliseconds(proof.UnixMilliseconds) - (clock.Now - (took / 2)));
    }

    private static string? HeaderOf(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
}
