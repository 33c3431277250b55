using FastRtspProxy.Protocol.Srtp;

namespace FastRtspProxy.Tests.Protocol.Srtp;

/// <summary>Policies with keys that can be told apart, and packets for them.</summary>
internal static class SrtpPolicies
{
    public const uint Ssrc = 0xCAFEBABE;

    /// <summary>The keys are made of a number.</summary>
    public static SrtpPolicy Of(SrtpSuite suite, byte seed = 1, byte[]? mki = null) => new(suite, [KeyOf(suite, seed, mki)]);

    public static SrtpKey KeyOf(SrtpSuite suite, byte seed, byte[]? mki = null)
    {
        byte[] bytes = [.. Enumerable.Range(0, suite.KeyBytes + suite.SaltBytes).Select(i => (byte)(i + (31 * seed)))];
        return new SrtpKey(bytes.AsSpan(0, suite.KeyBytes), bytes.AsSpan(suite.KeyBytes), mki ?? []);
    }

    public static byte[] RtpOf(ushort number, uint ssrc = Ssrc, int payloadBytes = 100)
    {
        byte[] packet = new byte[12 + payloadBytes];
        packet[0] = 0x80;
        packet[1] = 96;
        packet[2] = (byte)(number >> 8);
        packet[3] = (byte)number;
        for (int i = 0; i < 4; i++)
        {
            packet[8 + i] = (byte)(ssrc >> (24 - (8 * i)));
        }

        packet.AsSpan(12).Fill((byte)number);
        return packet;
    }

    /// <summary>Protected by that sender.</summary>
    public static byte[] Sealed(SrtpSender sender, byte[] packet, bool isRtcp = false)
    {
        byte[] buffer = new byte[packet.Length + sender.BytesMore];
        packet.CopyTo(buffer, 0);
        return buffer[..(isRtcp ? sender.SealRtcp(buffer, packet.Length) : sender.SealRtp(buffer, packet.Length))];
    }

    /// <summary>What a receiver says of it, and what it is then.</summary>
    public static (SrtpVerdict Verdict, byte[] Packet) Opened(SrtpReceiver receiver, byte[] packet, bool isRtcp = false)
    {
        byte[] output = new byte[packet.Length + SrtpReceiver.OutputBytesMore];
        SrtpVerdict verdict = isRtcp ? receiver.OpenRtcp(packet, output, out int length) : receiver.OpenRtp(packet, output, out length);
        return (verdict, output[..length]);
    }

    public static TheoryData<string> Suites => [.. SrtpSuite.All.Select(suite => suite.Name)];
}
