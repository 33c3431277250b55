using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// How a stream is taken from another box: with its true times, and with what proves to that box that we are one of them. Any thread.
/// </summary>
internal sealed class PeerSources(string self, ClusterSecrets secrets, SteadyTime clock)
{
    /// <summary>Instant starts would squeeze times that are passed on to everybody.</summary>
    private const string Start = "?start=past";

    /// <summary>Added to the date of a request to that box: what its clock differs by. Set once, before the start.</summary>
    public Func<string, TimeSpan> ClockOf { get; set; } = static _ => TimeSpan.Zero;

    /// <summary>
    /// Of whom boxes at rtsps:// have their certificates (<see cref="ClusterAuthorities"/>); null: of authorities of the machine. Set once, before
    /// the start.
    /// </summary>
    public X509Certificate2Collection? Authorities { get; set; }

    /// <summary>What mounts are told of a stream of another box.</summary>
    public CameraOwnership Of(string stream, OwnerRecord owner, ClusterMember member) => new(OwnershipKind.Peer, owner.Node, owner.Epoch)
    {
        Url = RtspUrl.TryParse(UrlOf(member, stream) + Start, out RtspUrl? url, out _) ? url : null,
        Authorities = Authorities,
        Hop = method => HopHeader.Make(secrets.Hop, self, owner.Node, owner.Epoch, clock.Now + ClockOf(owner.Node), method, stream),
    };

    /// <summary>Where viewers find it; null: it is not another box's.</summary>
    public static string? PublicUrlOf(CameraOwnership owner) =>
        owner is { Kind: OwnershipKind.Peer, IsVacant: false, Url: { } url } ? url.Text.Replace(Start, "", StringComparison.Ordinal) : null;

    private static string UrlOf(ClusterMember member, string stream) =>
        $"{member.Url}/{string.Join('/', stream.Split('/').Select(Uri.EscapeDataString))}";
}
