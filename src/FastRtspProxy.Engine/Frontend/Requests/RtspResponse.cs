using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>An answer in the making. One for each connection, used again for each request.</summary>
internal sealed class RtspResponse
{
    private readonly List<RtspHeader> _headers = [];

    public int Status { get; private set; } = RtspStatus.Ok;

    /// <summary>Null: the usual phrase.</summary>
    public string? Reason { get; private set; }

    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>HTTP's for the answers of a tunnel.</summary>
    public string Version { get; set; } = "RTSP/1.0";

    /// <summary>Set for a tunnel's POST: what follows on the connection belongs there.</summary>
    public HttpTunnel? PostOf { get; set; }

    /// <summary>Set when the connection becomes a back-end's once the answer is written.</summary>
    public ConnectionHandover? Handover { get; set; }

    /// <summary>False for an answer to something without a usable CSeq.</summary>
    public bool HasCSeq { get; set; } = true;

    /// <summary>An answer to what could not be read as a request.</summary>
    public bool IsToUnread { get; set; }

    /// <summary>Close the connection once this is written.</summary>
    public bool CloseAfter { get; set; }

    /// <summary>True when nothing is to be written, because what follows on the connection is not ours to answer.</summary>
    public bool IsSilent { get; set; }

    /// <summary>What must not begin before the answer is on its way: media. Run on the session's shard.</summary>
    public Action? AfterWritten { get; set; }

    public List<RtspHeader> Headers => _headers;

    public RtspResponse Begin(int status = RtspStatus.Ok, string? reason = null)
    {
        Status = status;
        Reason = reason;
        Version = "RTSP/1.0";
        PostOf = null;
        Handover = null;
        Body = default;
        HasCSeq = true;
        IsToUnread = false;
        CloseAfter = false;
        IsSilent = false;
        AfterWritten = null;
        _headers.Clear();
        return this;
    }

    /// <summary>It is written: what it said is not kept through the silence that may follow, for nobody pays for it.</summary>
    public void Trim()
    {
        Reason = null;
        Body = default;
        _headers.Clear();
    }

    /// <summary>The answer is on its way: runs <see cref="AfterWritten"/>, once.</summary>
    public void RunAfterWritten()
    {
        Action? after = AfterWritten;
        AfterWritten = null;
        after?.Invoke();
    }

    public RtspResponse With(string name, string value)
    {
        _headers.Add(new RtspHeader(name, value));
        return this;
    }
}
