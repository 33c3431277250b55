namespace FastRtspProxy.Protocol.Auth;

/// <summary>What an Authorization header claims: nothing of it is proven before <see cref="DigestVerifier.Judge"/> has looked.</summary>
public readonly struct DigestClaim
{
    internal DigestClaim(in DigestInput input, string response)
    {
        Input = input;
        Response = response;
    }

    /// <summary>The user that the sender says to be.</summary>
    public string User => Input.User ?? string.Empty;

    /// <summary>The nonce that it answers.</summary>
    public string Nonce => Input.Nonce ?? string.Empty;

    /// <summary>How it was computed.</summary>
    public DigestAlgorithm Algorithm => Input.Algorithm;

    internal DigestInput Input { get; }

    internal string Response { get; }

    /// <summary>Without the response, from which a weak password can be computed.</summary>
    public override string ToString() => Input.ToString();
}
