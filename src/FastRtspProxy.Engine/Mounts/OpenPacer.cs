namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Lets so many cameras be connected and described at once: 200 of them started together made half of them time out elsewhere (MediaMTX issue 4210).
/// Who has somebody waiting for it takes no turn, so a thousand dead cameras keep nobody from a living one. Any thread; whoever waits goes on on its
/// own shard.
/// </summary>
internal sealed class OpenPacer(int atOnce = OpenPacer.DefaultAtOnce) : IDisposable
{
    /// <summary>16 handshakes at once keep a gigabit switch and a small recorder calm, and 200 cameras are done in a second or two.</summary>
    public const int DefaultAtOnce = 16;

    private readonly SemaphoreSlim _places = new(atOnce);

    /// <summary>
    /// Waits for a place. True: it is taken, and <see cref="Leave"/> gives it back; false: hurried before there was one, so go on without.
    /// </summary>
    public async Task<bool> EnterAsync(CancellationToken hurry)
    {
        try
        {
            await _places.WaitAsync(hurry);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Gives it back.</summary>
    public void Leave() => _places.Release();

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();
}
