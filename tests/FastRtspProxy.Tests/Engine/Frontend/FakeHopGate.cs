using System.Net;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Knows another box by the word <c>box</c>, and where its streams are.</summary>
internal sealed class FakeHopGate : IHopGate
{
    /// <summary>Null: every stream is this box's.</summary>
    public string? Elsewhere { get; init; }

    public HopVerdict Judge(string header, string method, string stream, IPAddress from, out string owner)
    {
        owner = "b;7";
        return header == "box" ? HopVerdict.In : header == "late" ? HopVerdict.NotOwner : HopVerdict.Stranger;
    }

    public string? ElsewhereFor(string stream, string? userAgent) => Elsewhere is { } other ? $"{other}/{stream}" : null;

    public (byte[] Body, string Proof) Answer(string header) => ("{}"u8.ToArray(), "proof");
}
