namespace FastRtspProxy.Protocol.Srtp;

/// <summary>What key management has agreed on for one direction of a stream: suite, keys, what is encrypted. Its text says no key.</summary>
/// <param name="suite">The crypto suite.</param>
/// <param name="keys">Master keys, one at least; with several each has an identifier of the same length.</param>
public sealed class SrtpPolicy(SrtpSuite suite, IReadOnlyList<SrtpKey> keys)
{
    /// <summary>More master keys of one stream than this are nobody's.</summary>
    public const int KeysMax = 8;

    /// <summary>The crypto suite.</summary>
    public SrtpSuite Suite => suite;

    /// <summary>Master keys, one at least. The first is the one to send with.</summary>
    public IReadOnlyList<SrtpKey> Keys => keys;

    /// <summary>RTP payloads are encrypted; authenticated they always are.</summary>
    public bool EncryptsRtp { get; init; } = true;

    /// <summary>RTCP that we send is encrypted; received packets say it themselves.</summary>
    public bool EncryptsRtcp { get; init; } = true;

    /// <summary>
    /// RTCP may have the tag of RTP where that is the shorter one: by MIKEY, which has one length for both, as GStreamer's server reads it.
    /// </summary>
    public bool MayHaveShortRtcpTags { get; init; }

    /// <summary>Sources of which the rollovers are known; the others begin with none.</summary>
    public IReadOnlyList<SrtpSource> Sources { get; init; } = [];

    /// <summary>The bytes of the identifier in each packet; 0: there is none.</summary>
    public int MkiBytes => keys[0].Mki.Length;

    /// <summary>The rollovers that a source begins with.</summary>
    public uint RolloversOf(uint ssrc)
    {
        foreach (SrtpSource source in Sources)
        {
            if (source.Ssrc == ssrc || source.Ssrc == 0)
            {
                return source.Rollovers;
            }
        }

        return 0;
    }
}
