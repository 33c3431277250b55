namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>Hears what connections of a packet capture say; spans end with the call.</summary>
internal interface IConversationOwner
{
    /// <summary>Bytes of RTSP.</summary>
    void OnRtsp(Conversation conversation, bool isFromCamera, ReadOnlySpan<byte> bytes);

    /// <summary>Bytes of RTSP that the capture lacks.</summary>
    void OnGap(Conversation conversation, bool isFromCamera, long bytes);

    /// <summary>One more connection is encrypted.</summary>
    void OnTls();
}
