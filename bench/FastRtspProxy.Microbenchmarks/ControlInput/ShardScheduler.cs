using System.IO.Pipelines;
using FastRtspProxy.Net;
using Microsoft.Extensions.ObjectPool;

namespace FastRtspProxy.Microbenchmarks.ControlInput;

/// <summary>Runs what a pipe has to run on the shard where the connection lives by then.</summary>
internal sealed class ShardScheduler(ControlStream stream) : PipeScheduler
{
    private static readonly ObjectPool<Call> s_calls = new DefaultObjectPool<Call>(new DefaultPooledObjectPolicy<Call>(), 4096);

    public override void Schedule(Action<object?> action, object? state)
    {
        Call call = s_calls.Get();
        call.Stream = stream;
        call.Action = action;
        call.State = state;
        stream.Shard.Post(call);
    }

    private sealed class Call : ShardWork
    {
        public ControlStream? Stream { get; set; }

        public Action<object?>? Action { get; set; }

        public object? State { get; set; }

        protected internal override void Run()
        {
            if (!Stream!.Shard.IsCurrent)
            {
                Stream.Shard.Post(this); // moved meanwhile
                return;
            }

            (Action<object?> action, object? state) = (Action!, State);
            (Stream, Action, State) = (null, null, null);
            s_calls.Return(this);
            action(state);
        }
    }
}
