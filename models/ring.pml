/* A reader's announcement against the producer's tail: no slab may be read after it was given back.
 *
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.Readers.cs | Volatile.Write(ref reading, from);
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.Readers.cs | Interlocked.MemoryBarrier();
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.Readers.cs | long tail = Volatile.Read(ref _tail.Value);
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.Readers.cs | Interlocked.Exchange(ref _readers[shardIndex]![0].Reading, NotReading);
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.cs | Volatile.Write(ref _tail.Value, sequence);
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.cs | Interlocked.MemoryBarrier();
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.cs | long lowest = Math.Min(_tail.Value, LowestReading());
 *
 * SWITCH NOREADERFENCE    Read looks at the tail while its announcement may still be in the store buffer
 * SWITCH NOPRODUCERFENCE  FreeBelowTail looks at the announcements while the tail may still be in the store buffer
 * SWITCH LOOKFIRST        Read looks at the tail before it announces
 *
 * One slab a packet; slab s is there until freed[s]. x86-TSO: a thread's stores go into a FIFO buffer, and from there to memory at any time (Memory). No thread reads what it has in its own
 * buffer: the producer keeps its tail in a local, and the reader does not read its announcement.
 */
#define LAST 4                                   /* packets 0 to 3; the tail moves to 3 at most */
#define NONE 15

byte tail, reading = NONE;                       /* memory */
bool freed[LAST];
chan readers = [2] of { byte };                  /* the reader's store buffer: values of `reading` */
chan producers = [2] of { byte };                /* the producer's: values of `tail` */

proctype Memory() {
    byte value;
    end: do
    :: atomic { nempty(readers) -> readers ? value; reading = value; value = 0 }
    :: atomic { nempty(producers) -> producers ? value; tail = value; value = 0 }
    od
}

proctype Producer() {
    byte t, lowest, s, announced, freedTo;
    for (t : 1 .. LAST - 1) {
        producers ! t;                           /* MoveTail */
#ifndef NOPRODUCERFENCE
        empty(producers);                        /* the fence in FreeBelowTail */
#endif
        announced = reading;
        lowest = (announced < t -> announced : t);
        for (s : freedTo .. LAST - 1) {
            if
            :: s < lowest -> freed[s] = true; freedTo = s + 1
            :: else -> skip
            fi
        }
    }
}

proctype Reader() {
    byte from, t, scopes;
    do
    :: scopes < 3 ->
        scopes++;
        do                                       /* Read */
        ::
#ifdef LOOKFIRST
           t = tail;
#endif
           readers ! from;
#ifndef NOREADERFENCE
           empty(readers);
#endif
#ifndef LOOKFIRST
           t = tail;
#endif
           if
           :: from >= t -> break
           :: else -> from = t
           fi
        od;
        assert(!freed[from]);                    /* the first packet's bytes, at any time in the scope */
        assert(!freed[from]);
        atomic { empty(readers) -> reading = NONE }   /* Leave */
        if
        :: from < LAST - 1 -> from++
        :: skip
        fi
    :: else -> break
    od
}

init { atomic { run Memory(); run Producer(); run Reader() } }
