using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using FastRtspProxy.Protocol.Srtp;

namespace FastRtspProxy.Microbenchmarks;

/// <summary>
/// What one packet of a camera that encrypts costs before anything looks at it, by suite: it is checked and decrypted, once however many watch. None is
/// taken twice, so each measurement has a receiver of its own for the packets that were sealed once, and each operation is one of them.
/// </summary>
public class SrtpBenchmarks
{
    /// <summary>Of one measurement.</summary>
    internal const int Packets = 16_384;

    private const int PacketBytes = 1400;
    private const int SlotBytes = PacketBytes + 64;

    private readonly byte[] _packets = new byte[Packets * SlotBytes];
    private readonly byte[] _output = new byte[SlotBytes + SrtpReceiver.OutputBytesMore];
    private SrtpPolicy? _policy;
    private SrtpReceiver? _receiver;
    private int _sealedBytes;

    [IterationSetup(Target = nameof(Open_RtpPacket_AesCm128Sha1Tag80))]
    public void PrepareAesCm128Tag80() => Prepare(SrtpSuite.AesCm128HmacSha1Tag80);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Open_RtpPacket_AesCm128Sha1Tag80() => Open();

    [IterationSetup(Target = nameof(Open_RtpPacket_AesCm128Sha1Tag32))]
    public void PrepareAesCm128Tag32() => Prepare(SrtpSuite.AesCm128HmacSha1Tag32);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Open_RtpPacket_AesCm128Sha1Tag32() => Open();

    [IterationSetup(Target = nameof(Open_RtpPacket_AesCm256Sha1Tag80))]
    public void PrepareAesCm256Tag80() => Prepare(SrtpSuite.AesCm256HmacSha1Tag80);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Open_RtpPacket_AesCm256Sha1Tag80() => Open();

    [IterationSetup(Target = nameof(Open_RtpPacket_AesCm256Sha1Tag32))]
    public void PrepareAesCm256Tag32() => Prepare(SrtpSuite.AesCm256HmacSha1Tag32);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Open_RtpPacket_AesCm256Sha1Tag32() => Open();

    [IterationSetup(Target = nameof(Open_RtpPacket_AesGcm128))]
    public void PrepareAesGcm128() => Prepare(SrtpSuite.AesGcm128);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Open_RtpPacket_AesGcm128() => Open();

    [IterationSetup(Target = nameof(Open_RtpPacket_AesGcm256))]
    public void PrepareAesGcm256() => Prepare(SrtpSuite.AesGcm256);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Open_RtpPacket_AesGcm256() => Open();

    [GlobalCleanup]
    public void Clean() => _receiver?.Dispose();

    private void Prepare(SrtpSuite suite)
    {
        if (_policy?.Suite != suite)
        {
            _policy = new SrtpPolicy(suite, [SrtpKey.Invent(suite, 4)]);
            using SrtpSender sender = new(_policy);
            for (int i = 0; i < Packets; i++)
            {
                Span<byte> packet = _packets.AsSpan(i * SlotBytes, SlotBytes);
                packet[..PacketBytes].Clear();
                packet[0] = 0x80;
                packet[1] = 96;
                BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)i);
                _sealedBytes = sender.SealRtp(packet, PacketBytes);
            }
        }

        _receiver?.Dispose();
        _receiver = new SrtpReceiver(_policy);
    }

    private int Open()
    {
        int bytes = 0;
        for (int i = 0; i < Packets; i++)
        {
            SrtpVerdict verdict = _receiver!.OpenRtp(_packets.AsSpan(i * SlotBytes, _sealedBytes), _output, out int length);
            bytes += verdict == SrtpVerdict.Genuine ? length : throw new InvalidOperationException($"A packet is {verdict}.");
        }

        return bytes;
    }
}
