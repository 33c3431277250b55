using FastRtspProxy.Net.Linux;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Net;

/// <summary>The process's shards, started and stopped as one.</summary>
internal sealed class ShardGroup : IDisposable
{
    /// <summary>
    /// The runtime's own, the standard ones, listeners with their reserves and a first few cameras and clients: some 30 are open in an idle proxy,
    /// twice that. A shard has four: its epoll, its bell, and a pair of UDP ports.
    /// </summary>
    private const int DescriptorsAnyway = 64;

    /// <inheritdoc cref="DescriptorsAnyway"/>
    private const int DescriptorsAShard = 4;

    /// <summary>1 once the refused calls were said: they are about the machine, not about a group.</summary>
    private static int s_saidRefusals;

    private readonly Shard[] _shards;
    private int _turn;

    private ShardGroup(Shard[] shards) => _shards = shards;

    /// <summary>By index.</summary>
    public IReadOnlyList<Shard> Shards => _shards;

    /// <summary>Starts so many shards; 0: one a core.</summary>
    /// <param name="count">How many.</param>
    /// <param name="time">Their clock.</param>
    /// <param name="loggerFactory">Where they say what fails.</param>
    /// <param name="coalesce">How far apart their turns are held while many sources are busy; zero: not at all.</param>
    /// <exception cref="MachineException">The machine does not give what they need.</exception>
    public static ShardGroup Start(int count, TimeProvider time, ILoggerFactory loggerFactory, TimeSpan coalesce = default)
    {
        Shard[] shards = new Shard[count > 0 ? count : Environment.ProcessorCount];
        if ((WhyTooFewDescriptors(SocketSetup.RaiseDescriptorLimit(), shards.Length) ?? KernelCalls.WhyNoEventLoop) is { } refusal)
        {
            throw new MachineException(refusal);
        }

        ILogger log = loggerFactory.CreateLogger("Shard");
        for (int i = 0; i < shards.Length; i++)
        {
            try
            {
                shards[i] = new Shard(i, time, log, coalesce);
            }
            catch (MachineException)
            {
                Array.ForEach(shards, static made => made?.Dispose());
                throw;
            }
        }

        SayRefusedCalls(log);

        foreach (Shard shard in shards)
        {
            shard.Start();
        }

        return new ShardGroup(shards);
    }

    /// <inheritdoc cref="ShardPlacement.OfViewer"/>
    public Shard Near(Shard home, long weight)
    {
        Span<ShardFigures> figures = stackalloc ShardFigures[_shards.Length];
        Read(figures);
        return _shards[ShardPlacement.OfViewer(figures, home.Index, weight)];
    }

    /// <inheritdoc cref="ShardPlacement.OfMount"/>
    public Shard ForMount(Shard last, int inARow)
    {
        Span<ShardFigures> figures = stackalloc ShardFigures[_shards.Length];
        Read(figures);
        for (int i = 0; i < figures.Length; i++)
        {
            figures[i] = figures[i] with { Weight = figures[i].Weight + _shards[i].ExpectedWeight };
        }

        return _shards[ShardPlacement.OfMount(figures, last.Index, inARow)];
    }

    /// <summary>The shard with the fewest connections; equals take turns. Any thread.</summary>
    public Shard LeastLoaded()
    {
        uint start = (uint)Interlocked.Increment(ref _turn);
        Shard best = _shards[start % _shards.Length];
        for (int i = 1; i < _shards.Length; i++)
        {
            Shard other = _shards[(start + i) % _shards.Length];
            if (other.Load < best.Load)
            {
                best = other;
            }
        }

        return best;
    }

    /// <summary>Null when the limit is enough to begin with; how many clients and cameras it is enough for is the front-end's business.</summary>
    internal static string? WhyTooFewDescriptors(long limit, int shards)
    {
        int needed = DescriptorsAnyway + (DescriptorsAShard * shards);
        return limit >= needed
            ? null
            : FormattableString.Invariant($"This process may open {limit} descriptors, and {needed} are needed to begin with; ")
                + "each viewer and each camera needs more. Remedy: raise the limit (ulimit -n 65536; "
                + "LimitNOFILE= of a service; --ulimit nofile= of a container).";
    }

    private void Read(Span<ShardFigures> figures)
    {
        for (int i = 0; i < figures.Length; i++)
        {
            figures[i] = new ShardFigures(_shards[i].Weight, _shards[i].BusyPercent);
        }
    }

    /// <summary>Calls that have a twin: everything works, at a higher price.</summary>
    private static void SayRefusedCalls(ILogger log)
    {
        if (Interlocked.Exchange(ref s_saidRefusals, 1) == 1)
        {
            return;
        }

        Say("epoll_pwait2", KernelCalls.WaitNanosRefusal, "waits are rounded up to milliseconds");
        Say("recvmmsg", KernelCalls.ReceiveManyRefusal, "datagrams are read one by one, which costs processor time");
        Say("sendmmsg", KernelCalls.SendManyRefusal, "viewers over UDP are sent to one by one, which costs processor time");

        void Say(string call, int errno, string consequence)
        {
            if (errno != 0)
            {
                NetLog.CallRefused(log, call, errno, consequence);
            }
        }
    }

    public void Dispose()
    {
        foreach (Shard shard in _shards)
        {
            shard.Dispose();
        }
    }
}
