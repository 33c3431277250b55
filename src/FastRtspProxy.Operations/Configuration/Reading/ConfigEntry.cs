using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>A key with what stands behind it.</summary>
/// <param name="Key">As it was written.</param>
/// <param name="Place">Of the key.</param>
/// <param name="Value">What stands behind it.</param>
/// <param name="MayBeCut">
/// Within braces, behind a value without quotation marks or without a value of its own: what looks like a key may be the rest of a value that holds a
/// comma, as <c>{password: a,b}</c>, so it is a part of a password perhaps.
/// </param>
internal sealed record ConfigEntry(string Key, ConfigPlace Place, ConfigNode Value, bool MayBeCut = false)
{
    /// <summary>The key as messages show it.</summary>
    /// <param name="isBehindSecret">The value before it is a secret, or may be one.</param>
    public string Shown(bool isBehindSecret) => MayBeCut && (isBehindSecret || Value is ConfigScalar { IsMissing: true }) ? UrlSecrets.Masked : Key;
}
