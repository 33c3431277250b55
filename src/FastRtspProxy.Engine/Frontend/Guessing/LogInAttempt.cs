using System.Net;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>One answer to a challenge, from its arrival to what came of it. Written by the gate's shard until <see cref="Done"/> completes, read by the connection's after that.</summary>
internal sealed class LogInAttempt(Authenticator authenticator, DigestClaim claim, AuthState state, IPAddress client, bool isFirst) : GuessTicket(AddressGroup.Of(client), isFirst)
{
    private readonly DigestClaim _claim = claim;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public required string Method { get; init; }

    public required string Url { get; init; }

    /// <summary>A nonce that was in force then is in force, however long the answer waits.</summary>
    public required long CameMicros { get; init; }

    public IPAddress Client { get; } = client;

    public string User => _claim.User;

    /// <summary>What came of it: Refused too when nobody looked, which is told to nobody.</summary>
    public DigestOutcome Outcome { get; private set; } = DigestOutcome.Refused;

    /// <summary>Completes when the outcome is there.</summary>
    public Task Done => _done.Task;

    /// <summary>Called once its place is lost.</summary>
    public Action<LogInAttempt>? PushedOut { get; set; }

    public DigestOutcome Judge() => Outcome = authenticator.Judge(_claim, state, CameMicros);

    public void Complete() => _done.TrySetResult();

    internal override void OnPushedOut()
    {
        PushedOut?.Invoke(this);
        Complete();
    }
}
