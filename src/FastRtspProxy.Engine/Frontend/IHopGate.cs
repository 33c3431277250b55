using System.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Knows the other boxes of the cluster by what they say in their requests (<see cref="Protocol.Rtsp.HopHeader"/>). Any thread, at once.
/// </summary>
internal interface IHopGate
{
    /// <summary>Judges a request that says it is another box's.</summary>
    /// <param name="header">What it says.</param>
    /// <param name="method">The request's.</param>
    /// <param name="stream">What it is about; empty: no stream, but this box.</param>
    /// <param name="from">Whose address it came from, for the log.</param>
    /// <param name="owner">Where <see cref="HopVerdict.NotOwner"/>: who owns the stream as far as is known here, <c>node;epoch</c>; else
    /// empty.</param>
    HopVerdict Judge(string header, string method, string stream, IPAddress from, out string owner);

    /// <summary>
    /// Where a player is sent that asks for a stream of another box, and is known to go there; null: it is served here. Of the stream's name.
    /// </summary>
    /// <param name="stream">What it asks for.</param>
    /// <param name="userAgent">What it calls itself; null: nothing.</param>
    string? ElsewhereFor(string stream, string? userAgent);

    /// <summary>What this box tells another one of itself, and what proves it (the value of the same header).</summary>
    /// <param name="header">What the request said, which was judged.</param>
    (byte[] Body, string Proof) Answer(string header);
}
