using FastRtspProxy.Engine.Access;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What one connection has been asked and has proven. Touched on the connection's shard, and by the judge of its answer while the connection waits
/// for that.
/// </summary>
internal sealed class AuthState
{
    private long _sinceMicros;
    private LogInProof? _proven;

    /// <summary>The nonce in force; null: it was not challenged yet.</summary>
    public string? Nonce { get; private set; }

    /// <summary>
    /// True after a right answer to a nonce of ours that was not in force. The sender has waited for its turn once and knew the password, so its next
    /// answer is the first in line: a player that re-uses a nonce on a new connection does not wait twice.
    /// </summary>
    public bool AnsweredOldNonce { get; set; }

    /// <summary>The last token that the connection's URLs had: players leave the query of their DESCRIBE out of later URLs.</summary>
    public string? Token { get; set; }

    /// <summary>By what the request in hand was let in; a session that it opens keeps it.</summary>
    public SessionGrant Grant { get; set; } = SessionGrant.Anonymous;

    /// <summary>From now on another nonce is in force.</summary>
    public string Renew(string nonce, long nowMicros)
    {
        Nonce = nonce;
        _sinceMicros = nowMicros;
        return nonce;
    }

    public bool IsStale(long nowMicros) => nowMicros - _sinceMicros > (long)Authenticator.NonceLife.TotalMicroseconds;

    /// <summary>That was proven on this connection.</summary>
    public void Prove(LogInProof proof) => _proven = proof;

    /// <summary>
    /// True when the connection has proven that very thing: this user's password, and the same that it has now. Its further answers cannot be guesses
    /// of what it knows already, so they need no turn; answers
    /// that name anybody else can.
    /// </summary>
    public bool HasProven(LogInProof proof) => _proven == proof;

    /// <summary>A wrong answer ends the privilege until the next right one.</summary>
    public void Disprove() => _proven = null;
}
