using System.Diagnostics.CodeAnalysis;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Protocol.Srtp;

/// <summary>
/// How a description says that one of its media is protected: <c>RTP/SAVP</c> or <c>RTP/SAVPF</c> in its <c>m=</c> line, with keys by MIKEY
/// (which knows how often numbers have wrapped, so it comes first), by <c>a=crypto</c>, or with none.
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

        string problem = string.Empty;
        bool hasManagement = TryManagement(media.Lines, out SrtpOffer? offer, ref problem)
            || (offer is null && TryManagement(document.SessionLines, out offer, ref problem));
        if (offer is not null)
        {
            return offer;
        }

        bool hasCrypto = TryCrypto(media.Lines, out offer, ref problem);
        return offer
            ?? (hasManagement || hasCrypto ? new SrtpOffer { Problem = problem } : new SrtpOffer { Source = SrtpKeySource.Receiver });
    }

    /// <summary>True where there are such lines, usable or not.</summary>
    private static bool TryManagement(IReadOnlyList<string> lines, out SrtpOffer? offer, ref string problem)
    {
        offer = null;
        bool any = false;
        foreach (string line in lines)
        {
            if (!TryValue(line, "key-mgmt", out string? value))
            {
                continue;
            }

            any = true;
            if (KeyManagement.TryParseAttribute(value, out SrtpPolicy? policy, out SrtpDefect defect))
            {
                offer = new SrtpOffer { Source = SrtpKeySource.Mikey, Policy = policy };
                return true;
            }

            problem = "the MIKEY message of its description " + Words(defect);
        }

        return any;
    }

    /// <summary>RFC 4568 section 7.1.3: the first suite that is known here. True where there are such lines, usable or not.</summary>
    private static bool TryCrypto(IReadOnlyList<string> lines, out SrtpOffer? offer, ref string problem)
    {
        offer = null;
        bool any = false;
        foreach (string line in lines)
        {
            if (!TryValue(line, "crypto", out string? value))
            {
                continue;
            }

            any = true;
            if (CryptoAttribute.TryParse(value, out SrtpPolicy? policy, out SrtpDefect defect, out string suite))
            {
                offer = new SrtpOffer { Source = SrtpKeySource.Crypto, Policy = policy };
                return true;
            }

            problem = $"a=crypto of its description ({Printable.Quoted(suite, 40)}) {Words(defect)}";
        }

        return any;
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
