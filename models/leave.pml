/* Readers that leave a ring whose producer is done with it (a lost camera, a removed mount): somebody gives the slab back, once, and only when nobody reads it any more.
 *
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.Readers.cs | Interlocked.Exchange(ref _readers[shardIndex]![0].Reading, NotReading);
 * CODE src/FastRtspProxy.Engine/Relay/PacketRing.Readers.cs | if (_retired.HasAny)
 * CODE src/FastRtspProxy.Engine/Relay/RetiredSlabs.cs | Interlocked.CompareExchange(ref _retired, slab, top)
 * CODE src/FastRtspProxy.Engine/Relay/RetiredSlabs.cs | while (Interlocked.Exchange(ref _retired, null) is { } taken)
 * CODE src/FastRtspProxy.Engine/Relay/RetiredSlabs.cs | long lowest = RingReader.Lowest(readers);
 * CODE src/FastRtspProxy.Engine/Relay/RetiredSlabs.cs | if (RingReader.Lowest(readers) < lowestKept)
 *
 * SWITCH NOLEAVEFENCE   Leave looks for retired slabs while its announcement may still be in memory: its end is in the store buffer
 * SWITCH NORETIREFENCE  Retire is a release store: who retires looks at the announcements before a reader can see the slab
 * SWITCH NOSECONDLOOK   who puts a slab back does not look again: a reader that left meanwhile found nothing
 *
 * One slab, two readers that are in a scope below its end when the model begins, the producer with its tail moved. x86-TSO: a thread's stores go into a FIFO buffer, and from there to memory at any
 * time (Memory); a locked instruction goes on when the own buffer is empty. Thread 2 is the producer.
 */
#define READERS 2
#define THREADS 3

mtype = { Reading, Retired };

bool reading[THREADS];                           /* memory: announced below the slab's end */
bool retired;                                    /* memory: the slab is on the stack */
bool freed;
byte ended;
chan buffer[THREADS] = [2] of { mtype, bit };

proctype Memory(byte i) {
    bit value;
    end: do
    :: atomic { buffer[i] ? Reading, value -> reading[i] = value; value = 0 }
    :: atomic { buffer[i] ? Retired, value -> retired = value; value = 0 }
    od
}

inline Retire() {
#ifdef NORETIREFENCE
    buffer[me] ! Retired, 1
#else
    atomic { empty(buffer[me]) -> retired = true }
#endif
}

/* A thread's own announcement has ended when it comes here, so it looks at the others' only. */
inline Look() {
    seen = false;
    other = 0;
    do
    :: other < READERS ->
        if
        :: other != me && reading[other] -> seen = true
        :: else -> skip
        fi;
        other++
    :: else -> break
    od
}

inline FreeRetired() {
    do
    :: atomic { empty(buffer[me]) -> taken = retired; retired = false }
        if
        :: !taken -> break
        :: else -> skip
        fi;
        Look();
        if
        :: !seen -> assert(!freed); freed = true
        :: else ->
            Retire();
#ifdef NOSECONDLOOK
            break
#else
            Look();
            if
            :: seen -> break
            :: else -> skip
            fi
#endif
        fi
    od
}

proctype Reader(byte me) {
    bool taken, seen;
    byte other;
    assert(!freed);                              /* inside the scope */
#ifdef NOLEAVEFENCE
    buffer[me] ! Reading, 0;
#else
    atomic { empty(buffer[me]) -> reading[me] = false }
#endif
    if
    :: retired -> FreeRetired()
    :: !retired -> skip
    fi;
    ended++
}

proctype Producer(byte me) {
    bool taken, seen;
    byte other;
    Retire();
    FreeRetired();
    ended++
}

init {
    byte i;
    atomic {
        reading[0] = true;
        reading[1] = true;
        for (i : 0 .. THREADS - 1) { run Memory(i) }
        run Reader(0); run Reader(1); run Producer(2)
    }
    ended == THREADS && empty(buffer[0]) && empty(buffer[1]) && empty(buffer[2]);
    assert(freed)
}
