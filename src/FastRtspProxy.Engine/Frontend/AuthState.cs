using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>The nonce that is in force on one connection.</summary>
internal sealed class AuthState
{
    private long _sinceMicros;

    public string? Nonce { get; private set; }

    public string Renew(long nowMicros)
    {
        Nonce = DigestVerifier.NewNonce();
        _sinceMicros = nowMicros;
        return Nonce;
    }

    public bool IsStale(long nowMicros) => nowMicros - _sinceMicros > (long)Authenticator.NonceLife.TotalMicroseconds;
}
