using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// The descriptors that a shard watches, in one epoll instance. The kernel gives a number back with each event (epoll_ctl(2)): ours names the
/// target's slot and the slot's generation. An event that was fetched before its target was taken out names an older generation, and is dropped. On
/// the shard, or before its thread has started.
/// </summary>
internal sealed class WatchedDescriptors(bool waitsNanos) : IDisposable
{
    private readonly Epoll _epoll = new(waitsNanos);

    /// <summary>Slots below <see cref="_slotsUsed"/> in which nobody stands.</summary>
    private readonly Stack<int> _freeSlots = new();

    /// <summary>By slot; null: the slot is free, or was never used.</summary>
    private PollTarget?[] _targets = new PollTarget?[64];

    /// <summary>By slot, as long as <see cref="_targets"/>: one more with each target that comes or goes.</summary>
    private uint[] _generations = new uint[64];

    /// <summary>Slots that were ever used. Slot 0 never is: a token of 0 says that a target is not watched.</summary>
    private int _slotsUsed = 1;

    /// <inheritdoc cref="Shard.Watch"/>
    public bool Add(int fd, EpollEvents events, PollTarget target)
    {
        int slot = _freeSlots.Count > 0 ? _freeSlots.Pop() : _slotsUsed++;
        if (slot == _targets.Length)
        {
            Array.Resize(ref _targets, slot * 2);
            Array.Resize(ref _generations, slot * 2);
        }

        _targets[slot] = target;
        ulong token = ((ulong)++_generations[slot] << 32) | (uint)slot;
        if (!_epoll.Add(fd, events, token))
        {
            _targets[slot] = null;
            _freeSlots.Push(slot);
            return false;
        }

        target.PollToken = token;
        return true;
    }

    /// <inheritdoc cref="Shard.Rewatch"/>
    public void Change(int fd, EpollEvents events, PollTarget target) => _epoll.Modify(fd, events, target.PollToken);

    /// <inheritdoc cref="Shard.Unwatch"/>
    public void Remove(int fd, PollTarget target)
    {
        if (target.PollToken == 0)
        {
            return;
        }

        _ = _epoll.Remove(fd);
        int slot = (int)(uint)target.PollToken;
        _targets[slot] = null;
        _generations[slot]++;
        _freeSlots.Push(slot);
        target.PollToken = 0;
    }

    /// <inheritdoc cref="Epoll.Wait"/>
    public int Wait(long timeoutMicros) => _epoll.Wait(timeoutMicros);

    /// <summary>Whose event it is, at an index below the last <see cref="Wait"/>'s count; null: its target was taken out meanwhile.</summary>
    public PollTarget? TargetAt(int index, out EpollEvents events)
    {
        events = _epoll.EventAt(index, out ulong token);
        int slot = (int)(uint)token;
        return _generations[slot] == (uint)(token >> 32) ? _targets[slot] : null;
    }

    public void Dispose() => _epoll.Dispose();
}
