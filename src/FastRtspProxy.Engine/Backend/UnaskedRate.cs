namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Counts the messages that a camera sends without being asked. Each may cost an answer, and a shard has other cameras, so there is a bound that no
/// camera comes near. Mutable; a private field of <see cref="CameraDialogue"/>.
/// </summary>
internal struct UnaskedRate
{
    /// <summary>Cameras ask us for a sign of life once in some seconds.</summary>
    public const int PerSecondMax = 50;

    private const long SecondMicros = 1_000_000;

    /// <summary>When the second began in which <see cref="_count"/> came.</summary>
    private long _sinceMicros;
    private int _count;

    /// <summary>Another one has come. False: that is more than any camera needs.</summary>
    public bool IsBearable(long nowMicros)
    {
        if (nowMicros - _sinceMicros > SecondMicros)
        {
            (_sinceMicros, _count) = (nowMicros, 0);
        }

        return ++_count <= PerSecondMax;
    }
}
