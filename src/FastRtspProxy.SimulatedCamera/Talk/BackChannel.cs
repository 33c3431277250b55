namespace FastRtspProxy.SimulatedCamera.Talk;

/// <summary>A codec that a camera hears: G.711 at 8 kHz, with its static payload type (RFC 3551, table 4).</summary>
/// <param name="EncodingName">As in SDP.</param>
/// <param name="PayloadType">In RTP.</param>
internal sealed record BackChannel(string EncodingName, byte PayloadType)
{
    /// <summary>ONVIF's option tag (streaming specification, section 5.3).</summary>
    public const string OptionTag = "www.onvif.org/ver20/backchannel";

    public static BackChannel Pcmu { get; } = new("PCMU", 0);

    public static BackChannel Pcma { get; } = new("PCMA", 8);

    public byte Encode(int sample) => PayloadType == 0 ? G711.EncodeMuLaw(sample) : G711.EncodeALaw(sample);

    public int Decode(byte code) => PayloadType == 0 ? G711.DecodeMuLaw(code) : G711.DecodeALaw(code);

    /// <summary>The codec of that name; null: none that is known here.</summary>
    public static BackChannel? Of(string name) => name.ToUpperInvariant() switch
    {
        "PCMU" => Pcmu,
        "PCMA" => Pcma,
        _ => null,
    };
}
