/* A shard's first viewer of a mount against a batch that is published at that moment: the shard sees the batch, or is woken for it.
 *
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.Readers.cs | Interlocked.Exchange(ref _listeners[shardIndex], listener);
 * CODE src/FastRtspProxy.Engine/Delivery/FanOut.cs | long head = Ring.Head;
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.cs | Volatile.Write(ref _head.Value, _next);
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.Readers.cs | Interlocked.MemoryBarrier();
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.Readers.cs | Volatile.Read(ref listener)?.OnPublished();
 *
 * SWITCH NOSUBSCRIBEFENCE  Subscribe is a release store: the head is looked at before the producer can see the listener
 * SWITCH NOWAKEFENCE       Wake looks at the listeners while the head may still be in the store buffer
 *
 * x86-TSO: a store goes into the thread's FIFO buffer, and from there to memory at any time (Memory); a full fence goes on when the own buffer is empty.
 */
byte head, published, seen, ended;
bool listener, woken;
chan shards = [1] of { bit };                    /* the shard's store buffer: values of `listener` */
chan producers = [1] of { byte };                /* the producer's: values of `head` */

proctype Memory() {
    byte number;
    bit is;
    end: do
    :: atomic { nempty(shards) -> shards ? is; listener = is; is = 0 }
    :: atomic { nempty(producers) -> producers ? number; head = number; number = 0 }
    od
}

proctype Producer() {
    byte k;
    for (k : 1 .. 3) {
        producers ! k;                           /* Publish */
        published = k;
#ifndef NOWAKEFENCE
        empty(producers);                        /* the fence in Wake */
#endif
        woken = false;
        if
        :: listener -> woken = true              /* OnPublished: a pass that reads the head, see wake.pml */
        :: !listener -> skip
        fi
    }
    ended++
}

proctype ShardThread() {
    shards ! 1;                                  /* Subscribe */
#ifndef NOSUBSCRIBEFENCE
    empty(shards);
#endif
    seen = head;
    ended++
}

init {
    atomic { run Memory(); run Producer(); run ShardThread() }
    ended == 2 && empty(shards) && empty(producers);
    assert(woken || seen == published)
}
