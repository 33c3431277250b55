namespace FastRtspProxy.Net;

/// <summary>
/// What one handler may do in one turn of its shard. Whoever has more to do queues behind the others and goes on in the next turn, so that a peer who
/// sends as fast as it can costs its neighbours a fraction of a millisecond a turn and no more: 64 KiB are some 30 µs, 16 requests 200 µs, 256
/// frames 30 µs, 64 records of TLS (updates of keys are the dearest) 500 µs. Mutable; a private field of the handler.
/// </summary>
internal struct TurnBudget
{
    public const int BytesMax = 64 * 1024;
    public const int RequestsMax = 16;
    public const int FramesMax = 256;

    /// <summary>What is encrypted counts before anybody knows what it is: a record of 16 KiB may be a thousand tickets for later sessions.</summary>
    public const int RecordsMax = 64;

    /// <inheritdoc cref="RecordsMax"/>
    public const int EncryptedBytesMax = 32 * 1024;

    /// <summary>The turn that the counts are of; another turn's counts are void.</summary>
    private long _turn;
    private int _bytes;
    private int _requests;
    private int _frames;
    private int _records;
    private int _encryptedBytes;

    /// <summary>True when nothing may be done any more in this turn.</summary>
    public bool IsSpent(Shard shard)
    {
        Begin(shard);
        return _bytes >= BytesMax || _requests >= RequestsMax || _frames >= FramesMax
            || _records >= RecordsMax || _encryptedBytes >= EncryptedBytesMax;
    }

    /// <summary>Counts bytes that were read. False: the budget of this turn is used up.</summary>
    public bool SpendBytes(Shard shard, int bytes)
    {
        Begin(shard);
        _bytes += bytes;
        return _bytes < BytesMax;
    }

    /// <summary>Counts a request that was handled. False: the budget of this turn is used up.</summary>
    public bool SpendRequest(Shard shard)
    {
        Begin(shard);
        return ++_requests < RequestsMax;
    }

    /// <summary>Counts a frame that was taken. False: the budget of this turn is used up.</summary>
    public bool SpendFrame(Shard shard)
    {
        Begin(shard);
        return ++_frames < FramesMax;
    }

    /// <summary>Counts what is given to TLS to be decrypted. False: the budget of this turn is used up.</summary>
    public bool SpendRecords(Shard shard, int records, int bytes)
    {
        Begin(shard);
        _records += records;
        _encryptedBytes += bytes;
        return _records < RecordsMax && _encryptedBytes < EncryptedBytesMax;
    }

    private void Begin(Shard shard)
    {
        if (_turn != shard.Turn)
        {
            this = default;
            _turn = shard.Turn;
        }
    }
}
