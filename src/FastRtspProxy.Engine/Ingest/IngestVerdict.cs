namespace FastRtspProxy.Engine.Ingest;

/// <summary>What becomes of a packet of a session.</summary>
internal enum IngestVerdict
{
    /// <summary>Held back, for good: its number is left out.</summary>
    Drop,

    /// <summary>Served, as those before it.</summary>
    Pass,

    /// <summary>Served, as the first of its track in this session.</summary>
    Begin,
}
