namespace FastRtspProxy.Net;

/// <summary>
/// What the rest of the program goes through for everything that the framework waits for: HTTP, TLS, sockets of its own, files. Completions of
/// sockets run inline (Startup/ProgramStart.cs), on the one thread that waits for the sockets of all connections. The engine's own post to a shard
/// and return. But where nobody captured a context, `await` goes on right there, and a continuation that blocks on that thread (a file, a lock, a log
/// that is not read) stops all accepts: a handler that slept for 4 s let 20 of 20 new connections wait 3.8 s. So outside this room the framework's
/// waits stand inside <see cref="RunAsync{T}"/> (src/BannedSymbols.txt). It costs two hops by the thread pool: nothing for a control path, too much
/// for media, which has no use for it.
/// </summary>
internal static class Outbound
{
    private static readonly PoolContext s_pool = new();

    /// <summary>
    /// Runs the work on the thread pool, each part of it between two waits, unless it waits with ConfigureAwait(false). Whoever awaits the result
    /// goes on on its own shard when it began on one, and else on the pool. Any thread. Callbacks that the work hands to the framework (the check of
    /// a certificate) do run on the sockets' thread: they must not block.
    /// </summary>
    public static Task<T> RunAsync<T>(Func<Task<T>> work) => Task.Run(() => OnPoolAsync(work));

    /// <inheritdoc cref="RunAsync{T}"/>
    public static Task RunAsync(Func<Task> work) => RunAsync(async () =>
    {
        await work();
        return true;
    });

    private static async Task<T> OnPoolAsync<T>(Func<Task<T>> work)
    {
        SynchronizationContext.SetSynchronizationContext(s_pool);
        return await work(); // and back by the context: whoever waits for us does not go on on the thread that completed the work
    }

    /// <summary>The thread pool as a context that `await` captures, which the pool itself is not.</summary>
    private sealed class PoolContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => ThreadPool.UnsafeQueueUserWorkItem(
            static call =>
            {
                // For the waits that come after this one; the pool forgets it with the work item.
                SetSynchronizationContext(call.Context);
                call.Callback(call.State);
            },
            (Context: this, Callback: d, State: state),
            preferLocal: false);

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("The pool is never waited for.");

        public override SynchronizationContext CreateCopy() => this;
    }
}
