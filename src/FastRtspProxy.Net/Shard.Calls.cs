namespace FastRtspProxy.Net;

/// <summary>What other shards, and other threads, have this one do.</summary>
internal sealed partial class Shard
{
    /// <summary>As <see cref="Post(ShardWork)"/>, for the control path. Any thread.</summary>
    public void Post(Action action) => Post(new ActionWork(action));

    /// <summary>
    /// On the shard at once, else posted: like <see cref="RunAsync{T}"/>, so calls of both kinds from one shard take effect in their order.
    /// </summary>
    public void Run(Action action)
    {
        if (IsCurrent)
        {
            action();
        }
        else
        {
            Post(action);
        }
    }

    /// <summary>Runs asynchronous work on this shard; awaitable from anywhere.</summary>
    public Task RunAsync(Func<Task> work) => RunAsync(async () =>
    {
        await work();
        return true;
    });

    /// <inheritdoc cref="RunAsync(Func{Task})"/>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        if (IsCurrent)
        {
            return work();
        }

        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(async () =>
        {
            try
            {
                done.TrySetResult(await work());
            }
            catch (Exception e)
            {
                done.TrySetException(e);
            }
        });
        return done.Task;
    }
}
