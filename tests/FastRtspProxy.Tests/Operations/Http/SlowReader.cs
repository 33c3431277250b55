namespace FastRtspProxy.Tests.Operations.Http;

/// <summary>Where an answer goes to: it measures what is sent in one go, and reads on when it is let.</summary>
internal sealed class SlowReader(Task reads) : MemoryStream
{
    private long _sent;

    public bool HasBegun { get; private set; }

    /// <summary>The most bytes that were written at once.</summary>
    public long MostAtOnce { get; private set; }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        MostAtOnce = Math.Max(MostAtOnce, Length - _sent);
        _sent = Length;
        HasBegun = true;
        await reads.WaitAsync(cancellationToken);
    }
}
