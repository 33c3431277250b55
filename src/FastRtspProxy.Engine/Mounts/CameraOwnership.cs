using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>Who reads the camera of a stream.</summary>
/// <param name="Kind">This box, another one, or nobody that is known.</param>
/// <param name="Node">The box; empty: none is known.</param>
/// <param name="Epoch">Rises from one owner of a stream to the next; 0: none is known.</param>
internal sealed record CameraOwnership(OwnershipKind Kind, string Node, long Epoch)
{
    /// <summary>Nobody is known to own it.</summary>
    public static CameraOwnership Unknown { get; } = new(OwnershipKind.Unknown, string.Empty, 0);

    /// <summary>Of another box: where the stream is taken from there; null otherwise.</summary>
    public RtspUrl? Url { get; init; }

    /// <summary>
    /// Of another box: what proves in a request of that method that we are one of them (<see cref="Backend.BackendOptions.Hop"/>); null otherwise.
    /// </summary>
    public Func<string, string>? Hop { get; init; }

    /// <summary>Of another box that is asked by TLS: whose certificates are taken; null: those of the authorities that this machine trusts.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>Of another box: it has lost the stream, or is about to, and nobody has it. Whoever needs the camera says so.</summary>
    public bool IsVacant { get; init; }

    /// <summary>
    /// Of this box, where another one may begin without its knowing: how long the camera may still be asked for anything, by the clock of the shards.
    /// Any thread; below zero when that is over. Null: for as long as nothing else is heard.
    /// </summary>
    public Func<TimeSpan>? Left { get; init; }
}
