using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Ingest;

/// <summary>
/// Decides which packets of a session are served. Each track's pictures are held back to its first random access point
/// (<see cref="RandomAccessGate"/>), and the other tracks with them: sound that goes ahead of its picture by a second or more stands in a recording
/// as a still picture, and as a delay in some players.
/// </summary>
internal sealed class SessionGate
{
    /// <summary>One for each track of the description, by index.</summary>
    private RandomAccessGate[] _gates = [];

    /// <summary>A bit for each track of which a packet was served since the session began.</summary>
    private uint _begun;

    /// <summary>False while everything waits for a picture that a decoder can start from.</summary>
    private bool _hasBegun;

    /// <summary>How long the tracks without pictures wait, from <see cref="_waitSinceMicros"/> on.</summary>
    private long _waitMicrosMax;

    /// <summary>When the session's first packet of a track without pictures came; below 0: none has come.</summary>
    private long _waitSinceMicros;

    /// <summary>Other tracks than before.</summary>
    public void Describe(ReadOnlySpan<MediaCodec> codecs)
    {
        RandomAccessGate[] gates = new RandomAccessGate[codecs.Length];
        for (int i = 0; i < gates.Length; i++)
        {
            gates[i] = new RandomAccessGate(codecs[i]);
        }

        _gates = gates;
    }

    /// <summary>Another source plays next: what was learnt of the last one says nothing of it.</summary>
    public void TakeSource()
    {
        foreach (RandomAccessGate gate in _gates)
        {
            gate.TakeSource();
        }
    }

    /// <summary>The camera begins to play, anew or for the first time.</summary>
    /// <param name="waitMicrosMax">How long pictures are waited for at the most; 0: not at all.</param>
    /// <param name="missing">A bit for each track that the camera does not give: no other waits for it.</param>
    /// <param name="othersWait">Whether the other tracks begin with the pictures.</param>
    public void BeginSession(long waitMicrosMax, uint missing, bool othersWait)
    {
        _begun = 0;
        _hasBegun = !othersWait;
        _waitMicrosMax = waitMicrosMax;
        _waitSinceMicros = -1;
        for (int i = 0; i < _gates.Length; i++)
        {
            _gates[i].BeginSession((missing & (1u << i)) == 0 ? waitMicrosMax : 0);
        }
    }

    /// <summary>Asked once for each packet, in their order.</summary>
    public IngestVerdict Judge(int track, EntryFlags flags, uint timestamp, long arrivalMicros)
    {
        RandomAccessGate gate = _gates[track];
        if (gate.Holds(flags, timestamp, arrivalMicros) || (!_hasBegun && !Passes(gate, arrivalMicros)))
        {
            return IngestVerdict.Drop;
        }

        uint bit = 1u << track;
        if ((_begun & bit) != 0)
        {
            return IngestVerdict.Pass;
        }

        _begun |= bit;
        return IngestVerdict.Begin;
    }

    /// <summary>
    /// Of the packets that come before anything has begun, those pass with which it begins, and the parameter sets ahead of them, which begin
    /// nothing.
    /// </summary>
    private bool Passes(RandomAccessGate gate, long arrivalMicros)
    {
        bool waits = gate.IsShut;
        if (!gate.Applies)
        {
            _waitSinceMicros = _waitSinceMicros < 0 ? arrivalMicros : _waitSinceMicros;
            waits = arrivalMicros - _waitSinceMicros <= _waitMicrosMax && IsAnyShut();
        }

        _hasBegun = !waits;
        return _hasBegun || gate.Applies;
    }

    private bool IsAnyShut()
    {
        foreach (RandomAccessGate gate in _gates)
        {
            if (gate.IsShut)
            {
                return true;
            }
        }

        return false;
    }
}
