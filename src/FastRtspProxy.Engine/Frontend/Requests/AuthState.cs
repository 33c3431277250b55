namespace FastRtspProxy.Engine.Frontend;

/// <summary>What one connection has been asked and has proven. Touched on the connection's shard, and by the judge of its answer while the connection waits for that.</summary>
internal sealed class AuthState
{
    private long _sinceMicros;
    private Authenticator? _provenTo;
    private string? _provenUser;

    /// <summary>The nonce in force; null: it was not challenged yet.</summary>
    public string? Nonce { get; private set; }

    /// <summary>
    /// True after a right answer to a nonce of ours that was not in force. The sender has waited for its turn once and knew the password, so its next answer is the first in line:
    /// a player that re-uses a nonce on a new connection does not wait twice.
    /// </summary>
    public bool AnsweredOldNonce { get; set; }

    /// <summary>From now on another nonce is in force.</summary>
    public string Renew(string nonce, long nowMicros)
    {
        Nonce = nonce;
        _sinceMicros = nowMicros;
        return nonce;
    }

    public bool IsStale(long nowMicros) => nowMicros - _sinceMicros > (long)Authenticator.NonceLife.TotalMicroseconds;

    /// <summary>The user's password was proven to this authenticator, on this connection, with the nonce in force.</summary>
    public void Prove(Authenticator to, string user)
    {
        _provenTo = to;
        _provenUser = user;
    }

    /// <summary>
    /// True when the connection has proven the password of that very user to that very authenticator. Its further answers cannot be guesses of what it knows already, so they need no turn; answers that
    /// name anybody else can.
    /// </summary>
    public bool HasProven(Authenticator to, string user) => _provenTo == to && _provenUser == user;

    /// <summary>A wrong answer ends the privilege until the next right one.</summary>
    public void Disprove()
    {
        _provenTo = null;
        _provenUser = null;
    }
}
