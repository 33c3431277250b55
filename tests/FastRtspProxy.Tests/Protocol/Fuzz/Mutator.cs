namespace FastRtspProxy.Tests.Protocol.Fuzz;

/// <summary>Damages valid input in the ways that find parser faults. Seeded: a failure can be run again.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly byte[] s_interesting = "\r\n :;=,\"\\/$@[]?*-0\0\t"u8.ToArray();

    private readonly Random _random = new(seed);

    /// <summary>A damaged copy of one of the inputs.</summary>
    public byte[] Next(byte[][] corpus)
    {
        List<byte> bytes = [.. corpus[_random.Next(corpus.Length)]];
        int changes = 1 + _random.Next(6);
        for (int i = 0; i < changes; i++)
        {
            Change(bytes, corpus);
        }

        return [.. bytes];
    }

    /// <summary>Bytes without any order.</summary>
    public byte[] Noise(int maxBytes)
    {
        byte[] bytes = new byte[_random.Next(maxBytes)];
        _random.NextBytes(bytes);
        return bytes;
    }

    public int Below(int end) => _random.Next(end);

    private void Change(List<byte> bytes, byte[][] corpus)
    {
        int at = _random.Next(bytes.Count + 1);
        switch (_random.Next(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.Insert(at, s_interesting[_random.Next(s_interesting.Length)]);
                break;
            case 3:
                bytes.RemoveRange(at, Math.Min(_random.Next(20), bytes.Count - at));
                break;
            case 4:
                int length = Math.Min(_random.Next(60), bytes.Count - at);
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6:
                byte[] other = corpus[_random.Next(corpus.Length)];
                bytes.InsertRange(at, other.AsSpan(_random.Next(other.Length)));
                break;
            default:
                bytes.InsertRange(at, "99999999999999999999"u8.ToArray());
                break;
        }
    }
}
