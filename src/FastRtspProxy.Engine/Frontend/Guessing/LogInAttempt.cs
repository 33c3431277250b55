using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// One answer to a challenge, from its arrival to what came of it. Written by the gate's shard until <see cref="Done"/> completes, read by the
/// connection's after that.
/// </summary>
/// <param name="judge">Says what comes of it, when its turn has come; null: whoever waits for the turn asks somebody else, and says then what came of
/// it.</param>
/// <param name="user">The name that it gives.</param>
/// <param name="client">Where it comes from.</param>
/// <param name="isFirst">It goes before those that have proven nothing yet.</param>
internal sealed class LogInAttempt(Func<DigestOutcome>? judge, string user, IPAddress client, bool isFirst)
    : GuessTicket(AddressGroup.Of(client), isFirst)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public required string Method { get; init; }

    public required string Url { get; init; }

    public IPAddress Client { get; } = client;

    public string User { get; } = user;

    /// <summary>What came of it: Refused too when nobody looked, which is told to nobody.</summary>
    public DigestOutcome Outcome { get; private set; } = DigestOutcome.Refused;

    /// <summary>Its turn came. False: it was refused without a look.</summary>
    public bool HadTurn { get; private set; }

    /// <inheritdoc/>
    public override bool IsJudgedElsewhere => judge is null;

    /// <summary>Completes when the outcome is there.</summary>
    public Task Done => _done.Task;

    /// <summary>Called once its place is lost.</summary>
    public Action<LogInAttempt>? PushedOut { get; set; }

    public DigestOutcome Judge()
    {
        HadTurn = true;
        return Outcome = judge?.Invoke() ?? DigestOutcome.Refused;
    }

    public void Complete() => _done.TrySetResult();

    internal override void OnPushedOut()
    {
        PushedOut?.Invoke(this);
        Complete();
    }
}
