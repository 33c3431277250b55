using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.Protocol.Srtp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>Keys in text: <c>a=crypto</c>, <c>a=key-mgmt</c>, <c>KeyMgmt</c>; alone and in a description. Players hear no key, and what is read is written and read back.</summary>
internal sealed class SrtpKeysTarget : FuzzTarget
{
    public override string Name => "srtp-keys";

    public override int FixedBytes => 16384;

    public override int BytesPerInputByte => 128;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        string text = FuzzText.Of(input);
        _ = CryptoAttribute.TryParse(text, out _, out _, out _);
        _ = KeyManagement.TryParseAttribute(text, out _, out _);
        _ = KeyManagement.TryParseHeader(text, out _, out _);
        if (SdpDocument.TryParse(input, out SdpDocument? document, out _))
        {
            foreach (SdpMedia media in document.Media)
            {
                _ = SrtpOffer.Of(document, media);
            }
        }
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        string text = FuzzText.Of(input);
        if (CryptoAttribute.TryParse(text, out SrtpPolicy? policy, out SrtpDefect defect, out _))
        {
            MikeyTarget.CheckPolicy(policy!);
            Property.Equal(SrtpDefect.None, defect);
            if (policy!.MkiBytes <= 8)
            {
                Property.Holds(CryptoAttribute.TryParse(CryptoAttribute.Format(policy), out SrtpPolicy? again, out _, out _), "what was written can be read");
                Property.Equal(policy.Keys.Count, again!.Keys.Count);
                Property.Equal(Convert.ToHexString(policy.Keys[^1].Key), Convert.ToHexString(again.Keys[^1].Key));
                Property.Equal(Convert.ToHexString(policy.Keys[^1].Mki), Convert.ToHexString(again.Keys[^1].Mki));
            }
        }

        if (KeyManagement.TryParseHeader(text, out policy, out _) || KeyManagement.TryParseAttribute(text, out policy, out _))
        {
            MikeyTarget.CheckPolicy(policy!);
        }

        if (!SdpDocument.TryParse(input, out SdpDocument? document, out _))
        {
            return;
        }

        foreach (SdpMedia media in document.Media)
        {
            if (SrtpOffer.Of(document, media) is { } offer)
            {
                Property.Holds(offer.Problem is null || offer.Policy is null, "what has a problem has no keys");
                Property.Holds(offer.Doubt is null || (offer.Problem is null && offer.Policy is null), "keys are invented where none can be used");
                Property.Holds(offer.Problem is not null || offer.Policy is not null == (offer.Source != SrtpKeySource.Receiver), "keys come from somewhere");
            }
        }

        string shown = System.Text.Encoding.Latin1.GetString(SdpRewriter.ForFrontend(document, new SdpRewriteOptions()));
        foreach (string line in shown.Split("\r\n"))
        {
            bool isKey = line.StartsWith("a=crypto", StringComparison.OrdinalIgnoreCase) && line.Length > 8 && line[8] is ':' or ' ' or '\t';
            isKey |= line.StartsWith("a=key-mgmt", StringComparison.OrdinalIgnoreCase) && line.Length > 10 && line[10] is ':' or ' ' or '\t';
            Property.Holds(!isKey, "no player hears a key");
        }
    }
}
