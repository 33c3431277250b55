namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Lets so many cameras be connected and described at once: 200 of them started together made half of them time out elsewhere (mtx#4210). Any thread; whoever
/// waits goes on on its own shard.
/// </summary>
internal sealed class OpenPacer(int atOnce = OpenPacer.DefaultAtOnce) : IDisposable
{
    /// <summary>16 handshakes at once keep a gigabit switch and a small recorder calm, and 200 cameras are done in a second or two.</summary>
    public const int DefaultAtOnce = 16;

    private readonly SemaphoreSlim _places = new(atOnce);

    /// <summary>Waits for a place.</summary>
    public Task EnterAsync() => _places.WaitAsync();

    /// <summary>Gives it back.</summary>
    public void Leave() => _places.Release();

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();
}
