using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The requests that come out of a tunnel, as its connection reads them. Whoever gives a piece waits until the reader wants more, so a tunnel takes
/// no more memory than a plain connection. On the connection's shard.
/// </summary>
internal sealed class TunnelInput(ClientConnection connection) : PeerInput
{
    // Completed when the reader waits for more, or the tunnel is over; null while nobody waits.
    private TaskCompletionSource? _wanted;

    /// <inheritdoc/>
    protected override Shard Shard => connection.Home.Shard;

    /// <inheritdoc/>
    protected override InputAccount Account => connection.Stream.Account;

    /// <summary>The reader has had what there is, and waits for more.</summary>
    public bool IsWanted => IsWaiting && !HasNews && !IsOver;

    /// <summary>Decodes a piece of a POST's body, of one read at most, behind what is unread. False: it is no base64.</summary>
    public bool TryAppend(ReadOnlySpan<byte> text, ref TunnelDecoder decoder)
    {
        Span<byte> piece = stackalloc byte[TunnelDecoder.MaxBytesOf(ReadBytes)];
        if (!decoder.TryDecode(text, piece, out int bytes))
        {
            return false;
        }

        Give(piece[..bytes]);
        return true;
    }

    /// <summary>Puts a piece, of one read at most, behind what is unread.</summary>
    public void Give(ReadOnlySpan<byte> piece)
    {
        if (!IsOver && piece.Length > 0)
        {
            Append(piece);
            Shard.QueueTurn(this);
        }
    }

    /// <summary>Done when the reader wants more, or the tunnel is over; look again then, for there may be several POSTs.</summary>
    public Task WhenWantedAsync() => IsWanted || IsOver
        ? Task.CompletedTask
        : (_wanted ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <inheritdoc/>
    public override void End()
    {
        base.End();
        OnWanted();
    }

    /// <inheritdoc/>
    protected override void OnWanted()
    {
        TaskCompletionSource? wanted = _wanted;
        _wanted = null;
        wanted?.TrySetResult();
    }

    /// <inheritdoc/>
    protected override void Read()
    {
        // Nothing is there before somebody gives something.
    }
}
