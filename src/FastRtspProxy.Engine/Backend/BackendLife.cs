using System.Diagnostics;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Where a session stands, and why it was lost. All parts of the session ask it; any of them may lose the session, and the first cause stays.
/// </summary>
/// <param name="context">The session's.</param>
/// <param name="explain">
/// Says what a failure is before it counts: a programme that was played has ended, its camera is not lost. Called once at most.
/// </param>
/// <param name="onLost">Hears of the failure once it counts. Called once at most.</param>
internal sealed class BackendLife(BackendContext context, Func<BackendFailure, BackendFailure> explain, Action<BackendFailure> onLost)
{
    /// <summary>Moves along <see cref="BackendStates"/> only.</summary>
    public BackendState State { get; private set; }

    /// <summary>
    /// Why the session is lost: set once, by the first cause, and never after <see cref="BackendState.Closed"/>; null while it is not.
    /// </summary>
    public BackendFailure? Failure { get; private set; }

    /// <summary>Nothing more is to be asked of the camera than the end of the session.</summary>
    public bool HasEnded => State is BackendState.Closed or BackendState.TearingDown || Failure is not null;

    /// <summary>Goes on to a state; to the present one is no move.</summary>
    /// <exception cref="InvalidOperationException"><see cref="BackendStates"/> knows no such move.</exception>
    public void Move(BackendState to)
    {
        Debug.Assert(context.Shard.IsCurrent, "A session lives on its shard.");
        if (State == to)
        {
            return;
        }

        if (!BackendStates.CanMove(State, to))
        {
            throw new InvalidOperationException($"A back-end session cannot go from {State} to {to}.");
        }

        BackendLog.Moved(context.Log, context.StreamName, State, to);
        State = to;
        context.Sink.OnMoved(to);
        context.Sink.OnSessionChanged();
    }

    /// <summary>The session is of no more use. Gives the cause that counts, which may be an earlier one.</summary>
    public BackendFailure Lose(BackendFailure failure)
    {
        Debug.Assert(context.Shard.IsCurrent, "A session lives on its shard.");
        if (Failure is null && State != BackendState.Closed)
        {
            failure = explain(failure);
            Failure = failure;
            onLost(failure);
            context.Sink.OnSessionChanged();
        }

        return Failure ?? failure;
    }

    /// <inheritdoc cref="Lose(BackendFailure)"/>
    public BackendFailure Lose(BackendFailureKind kind, string message) => Lose(new BackendFailure(kind, message));
}
