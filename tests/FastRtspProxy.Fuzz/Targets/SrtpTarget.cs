using FastRtspProxy.Protocol.Srtp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// Protected packets: whatever comes is refused without an allocation, what we protect opens to what it was, once, and with a changed byte not at all.
/// </summary>
internal sealed class SrtpTarget : FuzzTarget, IDisposable
{
    private readonly byte[] _output = new byte[(1 << 16) + 64];
    private readonly SrtpReceiver _receiver = new(PolicyOf(SrtpSuite.AesCm128HmacSha1Tag80));

    public override string Name => "srtp";

    public override int FixedBytes => 0;

    public override int BytesPerInputByte => 0;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        ReadOnlySpan<byte> packet = input[..Math.Min(input.Length, ushort.MaxValue)];
        _ = _receiver.OpenRtp(packet, _output, out _);
        _ = _receiver.OpenRtcp(packet, _output, out _);
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        ReadOnlySpan<byte> packet = input[..Math.Min(input.Length, ushort.MaxValue)];
        Property.Holds(_receiver.OpenRtp(packet, _output, out int length) != SrtpVerdict.Genuine && length == 0, "nobody guesses a tag");
        Property.Holds(_receiver.OpenRtcp(packet, _output, out length) != SrtpVerdict.Genuine && length == 0, "nobody guesses a tag");
        foreach (SrtpSuite suite in SrtpSuite.All)
        {
            CheckSealed(suite, packet, isRtcp: false);
            CheckSealed(suite, packet, isRtcp: true);
        }
    }

    public void Dispose() => _receiver.Dispose();

    private void CheckSealed(SrtpSuite suite, ReadOnlySpan<byte> body, bool isRtcp)
    {
        SrtpPolicy policy = PolicyOf(suite);
        using SrtpSender sender = new(policy);
        using SrtpReceiver receiver = new(policy);
        byte[] packet = [0x80, 96, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, .. body];
        byte[] buffer = new byte[packet.Length + sender.BytesMore];
        packet.CopyTo(buffer, 0);
        int length = isRtcp ? sender.SealRtcp(buffer, packet.Length) : sender.SealRtp(buffer, packet.Length);
        int at = body.Length > 0 ? body[0] % length : 0;
        buffer[at] ^= 0x10;
        Property.Holds(Open(receiver, buffer.AsSpan(0, length), isRtcp, out _) != SrtpVerdict.Genuine, "a changed packet is refused");
        buffer[at] ^= 0x10;
        Property.Equal(SrtpVerdict.Genuine, Open(receiver, buffer.AsSpan(0, length), isRtcp, out int opened));
        Property.Holds(_output.AsSpan(0, opened).SequenceEqual(packet), "it opens to what it was");
        Property.Equal(SrtpVerdict.Replayed, Open(receiver, buffer.AsSpan(0, length), isRtcp, out _));
    }

    private SrtpVerdict Open(SrtpReceiver receiver, ReadOnlySpan<byte> packet, bool isRtcp, out int length) =>
        isRtcp ? receiver.OpenRtcp(packet, _output, out length) : receiver.OpenRtp(packet, _output, out length);

    private static SrtpPolicy PolicyOf(SrtpSuite suite)
    {
        byte[] key = new byte[suite.KeyBytes];
        byte[] salt = new byte[suite.SaltBytes];
        key.AsSpan().Fill(0x5A);
        salt.AsSpan().Fill(0xA5);
        return new SrtpPolicy(suite, [new SrtpKey(key, salt, [1, 2, 3, 4])]);
    }
}
