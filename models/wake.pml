/* A post to a shard that is about to sleep, or about to run the very work that is posted: no post may be lost.
 *
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.cs | Volatile.Write(ref _head.Value, _next);
 * CODE src/FastRtspProxy.Net/ShardWork.cs | Interlocked.Exchange(ref _queued, 1) == 0
 * CODE src/FastRtspProxy.Net/ShardWork.cs | Interlocked.Exchange(ref _queued, 0)
 * CODE src/FastRtspProxy.Net/ShardInbox.cs | Interlocked.CompareExchange(ref _top, work, top)
 * CODE src/FastRtspProxy.Net/ShardInbox.cs | Interlocked.Exchange(ref _sleeping, 0) == 1
 * CODE src/FastRtspProxy.Net/ShardInbox.cs | Interlocked.Exchange(ref _sleeping, 1);
 * CODE src/FastRtspProxy.Net/ShardInbox.cs | Volatile.Write(ref _sleeping, 0)
 * CODE src/FastRtspProxy.Net/ShardInbox.cs | Interlocked.Exchange(ref _top, null)
 *
 * SWITCH NOCLEARFENCE  ShardWork.ClearQueued is a release store: the shard looks at the head before the producer can see the mark cleared
 * SWITCH NOSLEEPFENCE  ShardInbox.TrySleep is a release store: the shard looks at the inbox before the poster can see that it sleeps
 * SWITCH CLEARLATE     the mark is cleared after the run: what is posted during the run is taken for queued, and is not
 * SWITCH NOBELL        the poster does not ring
 *
 * x86-TSO: a thread's stores go into a FIFO buffer, and from there to memory at any time (Memory); a locked instruction goes on when the own buffer is empty. The posters' buffers are left
 * out: after each of their stores comes a locked instruction before they read anything. Lost is a post that the shard sleeps on for good: an invalid end state.
 */
#ifndef POSTS
#define POSTS 3                                  /* packets that the producer publishes */
#endif

mtype = { Queued, Sleeping };

byte head, queued, inbox, sleeping;              /* memory */
chan buffer = [2] of { mtype, byte };            /* the shard's store buffer */
chan bell = [1] of { bit };                      /* the eventfd: rings that are not heard yet are one */
bool published;                                  /* the producer has ended */

proctype Memory() {
    byte value;
    end: do
    :: atomic { buffer ? Queued, value -> queued = value; value = 0 }
    :: atomic { buffer ? Sleeping, value -> sleeping = value; value = 0 }
    od
}

proctype Producer() {
    byte old, k;
    for (k : 1 .. POSTS) {
        head = k;                                /* Publish */
        atomic { old = queued; queued = 1 }      /* TryMarkQueued */
        if
        :: old == 1 -> skip
        :: else ->
            inbox = 1;                           /* Post: the compare-exchange */
            atomic { old = sleeping; sleeping = 0 }
            if
            :: old == 1 ->
#ifndef NOBELL
                atomic { if :: full(bell) -> skip :: nfull(bell) -> bell ! 1 fi }
#endif
                skip
            :: else -> skip
            fi
        fi
    }
    published = true
}

inline ClearQueued() {
#ifdef NOCLEARFENCE
    buffer ! Queued, 0
#else
    atomic { empty(buffer) -> queued = 0 }
#endif
}

proctype ShardThread() {
    byte mine, seen;
    do
    ::
#ifdef NOSLEEPFENCE
        buffer ! Sleeping, 1;                    /* TrySleep */
#else
        atomic { empty(buffer) -> sleeping = 1 }
#endif
        if
        :: inbox == 0 ->
            if                                   /* epoll_wait without an end */
            :: bell ? _
            :: published && seen == POSTS -> break
            fi
        :: inbox != 0 ->
            if                                   /* epoll_wait that does not wait */
            :: nempty(bell) -> bell ? _
            :: empty(bell) -> skip
            fi
        fi;
        buffer ! Sleeping, 0;                    /* WakeUp */
        atomic { empty(buffer) -> mine = inbox; inbox = 0 }
        if
        :: mine ->
#ifdef CLEARLATE
            seen = head;
            ClearQueued()
#else
            ClearQueued();
            seen = head                          /* Run */
#endif
        :: else -> skip
        fi
    od
}

init { atomic { run Memory(); run Producer(); run ShardThread() } }
