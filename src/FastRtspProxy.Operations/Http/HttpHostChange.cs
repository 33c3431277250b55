namespace FastRtspProxy.Operations.Http;

/// <summary>What a reload does to the HTTP server, prepared: made, or given back.</summary>
internal sealed class HttpHostChange(Action make, Func<ValueTask> giveBack) : IAsyncDisposable
{
    private bool _isOver;

    /// <summary>There was no server, and there is none.</summary>
    public static HttpHostChange None => new(static () => { }, static () => ValueTask.CompletedTask);

    /// <summary>The configuration counts, and clients come by its addresses.</summary>
    public void Make()
    {
        _isOver = true;
        make();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        bool isOver = _isOver;
        _isOver = true;
        return isOver ? ValueTask.CompletedTask : giveBack();
    }
}
