using System.Diagnostics.CodeAnalysis;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Protocol.Srtp;

/// <summary>
/// How a description says that one of its media is protected: <c>RTP/SAVP</c> or <c>RTP/SAVPF</c> in its <c>m=</c> line, with keys by MIKEY
/// (which knows how often numbers have wrapped, so it comes first), by <c>a=crypto</c>, or with none, which may be the receiver's to invent
/// (<see cref="UnusableKeys"/>). Nothing here ever makes it clear.
/// </summary>
public sealed class SrtpOffer
{
    private SrtpOffer()
    {
    }

    /// <summary>Where the keys come from.</summary>
    public SrtpKeySource Source { get; private init; }

    /// <summary>What was agreed on; null: the keys are the receiver's to invent, or there is a problem.</summary>
    public SrtpPolicy? Policy { get; private init; }

    /// <summary>Why it cannot be received, as the end of a sentence; null: it can.</summary>
    public string? Problem { get; private init; }

    /// <summary>The suite of the keys that are the receiver's to invent, where the description names it; null: any.</summary>
    public SrtpSuite? Suite { get; private init; }

    /// <summary>
    /// Why keys are the receiver's to invent though the description manages keys, as the end of a sentence; null: it does not, or they are not.
    /// </summary>
    public string? Doubt { get; private init; }

    /// <summary>True for <c>RTP/SAVP</c> and <c>RTP/SAVPF</c>; false for DTLS-SRTP, which RTSP does not have.</summary>
    public static bool IsProtected(string protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        return protocol.StartsWith("RTP/SAVP", StringComparison.OrdinalIgnoreCase) && (protocol.Length == 8 || protocol[8] is '/' or 'F' or 'f');
    }

    /// <summary>How that section is protected; null: it is not.</summary>
    public static SrtpOffer? Of(SdpDocument document, SdpMedia media)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(media);
        if (!IsProtected(media.Protocol))
        {
            return null;
        }

        UnusableKeys unusable = new();
        return Management(media.Lines, unusable)
            ?? Management(document.SessionLines, unusable)
            ?? Crypto(media.Lines, unusable)
            ?? (unusable.AreRefused
                ? new SrtpOffer { Problem = unusable.Why }
                : new SrtpOffer { Source = SrtpKeySource.Receiver, Suite = unusable.Suite, Doubt = unusable.Why });
    }

    private static SrtpOffer? Management(IReadOnlyList<string> lines, UnusableKeys unusable)
    {
        foreach (string line in lines)
        {
            if (!TryValue(line, "key-mgmt", out string? value))
            {
                continue;
            }

            if (KeyManagement.TryParseAttribute(value, out SrtpPolicy? policy, out SrtpDefect defect, out SrtpSuite? suite))
            {
                return new SrtpOffer { Source = SrtpKeySource.Mikey, Policy = policy };
            }

            unusable.OnManagement(defect, suite, "the MIKEY message of its description " + Words(defect));
        }

        return null;
    }

    /// <summary>RFC 4568 section 7.1.3: the first suite that is known here.</summary>
    private static SrtpOffer? Crypto(IReadOnlyList<string> lines, UnusableKeys unusable)
    {
        foreach (string line in lines)
        {
            if (!TryValue(line, "crypto", out string? value))
            {
                continue;
            }

            if (CryptoAttribute.TryParse(value, out SrtpPolicy? policy, out SrtpDefect defect, out string suite))
            {
                return new SrtpOffer { Source = SrtpKeySource.Crypto, Policy = policy };
            }

            unusable.OnCrypto($"a=crypto of its description ({Printable.Quoted(suite, 40)}) {Words(defect)}");
        }

        return null;
    }

    private static bool TryValue(string line, string name, [NotNullWhen(true)] out string? value)
    {
        value = SdpLine.IsAttribute(line, name) && line.Length > name.Length + 3 ? line[(name.Length + 3)..].Trim() : null;
        return value is not null;
    }

    private static string Words(SrtpDefect defect) => defect switch
    {
        SrtpDefect.UnknownSuite => "has a suite that is not known here (known are AES-CM with HMAC-SHA1-80 or -32, and AES-GCM)",
        SrtpDefect.BadKey => "has no key of its suite's length",
        SrtpDefect.UnsupportedParameter => "has a parameter that is not known here",
        SrtpDefect.EncryptedKeys => "has keys that only a shared secret or a certificate opens",
        _ => "cannot be read",
    };
}
