using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Weaknesses;

/// <summary>One track of a scripted camera: numbers and time stamps run on from packet to packet.</summary>
internal sealed class CameraTrack(ScriptedCamera camera, int track = 0, byte payloadType = 96, uint ssrc = 42, ushort firstSequenceNumber = 500, uint firstTimestamp = 9000)
{
    private ushort _sequenceNumber = firstSequenceNumber;
    private uint _timestamp = firstTimestamp;

    /// <summary>One picture of one packet, which a decoder can start at.</summary>
    public void SendPicture(int bytes = 100)
    {
        byte[] payload = new byte[bytes];
        payload[0] = 0x65;
        Send(marker: true, payload);
        NextPicture();
    }

    public void Send(bool marker, ReadOnlySpan<byte> payload) =>
        camera.SendRtp(track, payloadType, _sequenceNumber++, _timestamp, ssrc, marker, payload);

    public void NextPicture(uint ticks = 3600) => _timestamp += ticks;
}
