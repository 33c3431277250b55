using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// Lets other boxes in, each to the one stream that its request names, where this box owns that stream: what is not ours is never passed on. Any
/// thread.
/// </summary>
internal sealed class HopGate(ClusterNode node, ClusterSecrets secrets, RedirectMode redirect, TimeProvider time, ILogger log) : IHopGate
{
    /// <summary>ffmpeg's kind with mpv, and GStreamer: they were tried, over UDP and TCP. Of VLC and recorders nothing is known.</summary>
    private static readonly string[] s_following = ["Lavf", "GStreamer"];

    private const string Clocks = "Remedy: set the clocks of both boxes (NTP)";
    private const string Secrets = "Remedy: the same cluster.secret and cluster.name on all boxes";

    /// <summary>A stranger is said so often at the most.</summary>
    private static readonly TimeSpan s_sayDistance = TimeSpan.FromMinutes(1);

    /// <summary>Twice: a clock may be so far ahead that a request stays young for so long.</summary>
    private readonly NonceMemory _nonces = new(time, ClusterTimings.HopAge * 2);

    /// <summary>0: none was.</summary>
    private long _said;

    /// <summary>What an answer is proven by, in the place of a method.</summary>
    public const string AnswerMethod = "ANSWER";

    /// <inheritdoc/>
    public HopVerdict Judge(string header, string method, string stream, IPAddress from, out string owner)
    {
        owner = string.Empty;
        if (!HopHeader.TryParse(header, out HopHeader hop))
        {
            return Refuse(from, "?", $"this is no request of a box. {Secrets}");
        }

        if (!hop.IsProof(secrets.Hop, node.Name, method, stream))
        {
            return Refuse(from, Printable.Line(hop.Node), $"does not know the secret, or means another box. {Secrets}");
        }

        // What is asked of this box itself tells the clocks, so it does not go by them.
        if (stream.Length > 0 && !IsFresh(hop, out double late))
        {
            string seconds = Math.Abs(late).ToString("0", CultureInfo.InvariantCulture);
            string when = late > 0 ? $"was made {seconds} s ago" : $"is made {seconds} s from now";
            return Refuse(from, hop.Node, $"{when} by the clock of this box, and {ClusterTimings.HopAge.TotalSeconds:0} s is the most. {Clocks}");
        }

        if (!_nonces.TryAdd(hop.Nonce))
        {
            return Refuse(from, hop.Node, "was read before");
        }

        if (stream.Length == 0)
        {
            return HopVerdict.In;
        }

        CameraOwnership known = node.OwnershipOf(stream);
        if (known.Kind == OwnershipKind.Own && (hop.Epoch <= known.Epoch || known.Epoch == 0))
        {
            if (method == RtspMethod.Play)
            {
                node.Moves.OnPlayedAt(hop.Node, stream);
            }

            return HopVerdict.In;
        }

        owner = string.Create(CultureInfo.InvariantCulture, $"{known.Node};{known.Epoch}");
        return HopVerdict.NotOwner;
    }

    /// <inheritdoc/>
    public string? ElsewhereFor(string stream, string? userAgent) =>
        redirect == RedirectMode.Auto && userAgent is not null
            && Array.Exists(s_following, start => userAgent.StartsWith(start, StringComparison.Ordinal))
            ? node.PublicUrlOf(stream)
            : null;

    /// <inheritdoc/>
    public (byte[] Body, string Proof) Answer(string header)
    {
        if (!HopHeader.TryParse(header, out HopHeader hop))
        {
            return ([], string.Empty);
        }

        bool isLost = node.SinceRenewal > node.Timings.LostAfter;
        if (isLost && hop.Node != node.Name && IsFresh(hop, out _))
        {
            // Not to whoever has kept a request until its nonce was forgotten: a promise keeps a dead box's streams from all others.
            node.Promise(hop.Node);
        }

        byte[] body = new PeerState(isLost, node.Moves.IsOn, node.Owned()) { Written = node.Written, Life = node.Life }.Write();
        return (body, HopHeader.Make(secrets.Hop, node.Name, hop.Node, 0, node.Clock.Now, AnswerMethod, ProofText(hop.Nonce, body)));
    }

    /// <summary>True for a request that was made just now, by this box's clock; else its nonce may have been forgotten.</summary>
    private bool IsFresh(in HopHeader hop, out double lateSeconds)
    {
        DateTimeOffset made = DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(hop.UnixMilliseconds, 253_402_300_799_999));
        lateSeconds = (node.Clock.Now - made).TotalSeconds;
        return Math.Abs(lateSeconds) <= ClusterTimings.HopAge.TotalSeconds;
    }

    /// <summary>What an answer is proven with, in the place of a stream: it answers that request and no other.</summary>
    public static string ProofText(string nonce, ReadOnlySpan<byte> body) => $"{nonce} {Convert.ToHexStringLower(SHA256.HashData(body))}";

    private HopVerdict Refuse(IPAddress from, string name, string problem)
    {
        node.Counters.OnStranger();
        long said = Volatile.Read(ref _said);
        if ((said == 0 || time.GetElapsedTime(said) > s_sayDistance) && Interlocked.CompareExchange(ref _said, time.GetTimestamp(), said) == said)
        {
            ClusterLog.Stranger(log, from.ToString(), name, problem);
        }

        return HopVerdict.Stranger;
    }
}
