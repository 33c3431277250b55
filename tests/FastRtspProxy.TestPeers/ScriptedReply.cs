namespace FastRtspProxy.TestPeers;

/// <summary>What a <see cref="ScriptedCamera"/> does with a request.</summary>
public sealed record ScriptedReply
{
    /// <summary>The status.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The reason phrase.</summary>
    public string Reason { get; init; } = "OK";

    /// <summary>Headers beside CSeq and Content-Length.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>The body.</summary>
    public string Body { get; init; } = string.Empty;

    /// <summary>Sent as it is in place of everything above.</summary>
    public byte[]? Raw { get; init; }

    /// <summary>Sent in front of the answer.</summary>
    public byte[] Before { get; init; } = [];

    /// <summary>Sent directly behind the answer, in the same write.</summary>
    public byte[] After { get; init; } = [];

    /// <summary>Nothing is sent.</summary>
    public bool Silent { get; init; }

    /// <summary>The answer has no CSeq.</summary>
    public bool WithoutCSeq { get; init; }

    /// <summary>The connection is closed afterwards.</summary>
    public bool Close { get; init; }

    /// <summary>A status without anything else.</summary>
    public static ScriptedReply Of(int status, string reason, params (string Name, string Value)[] headers) =>
        new() { Status = status, Reason = reason, Headers = headers };
}
