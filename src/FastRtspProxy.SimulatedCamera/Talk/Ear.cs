using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.SimulatedCamera.Talk;

/// <summary>
/// Hears what is sent to a back channel: what is missing, who sends, and of each second of samples how often they cross zero upwards, which for a
/// tone is its frequency. A second is so many samples, however long they took.
/// </summary>
/// <param name="codec">What is sent.</param>
/// <param name="heard">Told of each second.</param>
internal sealed class Ear(BackChannel codec, Action<HeardSecond> heard)
{
    private int _samples;
    private int _crossings;
    private bool _wasBelow;
    private bool _hasBegun;
    private ushort _next;
    private uint _ssrc;

    /// <summary>Since the last second was told.</summary>
    private int _missing;
    private int _sources;

    /// <summary>A datagram or frame; what is no RTP of the codec is passed over.</summary>
    public void Hear(ReadOnlySpan<byte> data)
    {
        if (!RtpPacketView.TryParse(data, out RtpPacketView packet, out _) || packet.PayloadType != codec.PayloadType)
        {
            return;
        }

        if (!_hasBegun || packet.Ssrc != _ssrc)
        {
            _sources++;
        }
        else
        {
            _missing += Math.Max(0, (int)(short)(packet.SequenceNumber - _next));
        }

        (_hasBegun, _ssrc, _next) = (true, packet.Ssrc, (ushort)(packet.SequenceNumber + 1));
        foreach (byte code in packet.Payload)
        {
            Hear(codec.Decode(code));
        }
    }

    private void Hear(int sample)
    {
        if (sample != 0)
        {
            bool isBelow = sample < 0;
            _crossings += _wasBelow && !isBelow ? 1 : 0;
            _wasBelow = isBelow;
        }

        if (++_samples == G711.SampleRate)
        {
            heard(new HeardSecond(codec.EncodingName, _crossings, _missing, _sources));
            (_samples, _crossings, _missing, _sources) = (0, 0, 0, 0);
        }
    }
}
