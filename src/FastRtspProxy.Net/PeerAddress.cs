using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// A UDP peer as a <c>struct sockaddr_in6</c> value (ipv6(7)): what the kernel takes and gives without any conversion. IPv4 peers
/// are IPv4-mapped (::ffff:a.b.c.d), so one dual-stack socket serves both.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly struct PeerAddress : IEquatable<PeerAddress>
{
    /// <summary>sizeof(struct sockaddr_in6).</summary>
    public const int Bytes = 28;

    /// <summary>sizeof(struct in6_addr).</summary>
    public const int AddressBytes = 16;

    private readonly ushort _family;
    private readonly ushort _portBigEndian;
    private readonly uint _flow;
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly uint _scope;

    private PeerAddress(ushort family, ushort portBigEndian, uint flow)
    {
        _family = family;
        _portBigEndian = portBigEndian;
        _flow = flow;
    }

    private PeerAddress(ushort portBigEndian, ulong high, ulong low, uint scope)
    {
        _family = LinuxConstants.FamilyIPv6;
        _portBigEndian = portBigEndian;
        _high = high;
        _low = low;
        _scope = scope;
    }

    /// <summary>The UDP port.</summary>
    public int Port => BinaryPrimitives.ReverseEndianness(_portBigEndian);

    /// <summary>True for the value that names nobody.</summary>
    public bool IsEmpty => _family == 0;

    /// <summary>From the framework's form.</summary>
    public static PeerAddress From(IPEndPoint endPoint) => From(endPoint.Address, endPoint.Port);

    /// <inheritdoc cref="From(IPEndPoint)"/>
    public static PeerAddress From(IPAddress address, int port)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        uint scope = 0;
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            bytes[10] = 0xFF;
            bytes[11] = 0xFF;
            address.TryWriteBytes(bytes[12..], out _);
        }
        else
        {
            address.TryWriteBytes(bytes, out _);
            scope = address.IsIPv4MappedToIPv6 ? 0 : (uint)address.ScopeId;
        }

        return new PeerAddress(
            BinaryPrimitives.ReverseEndianness((ushort)port), MemoryMarshal.Read<ulong>(bytes), MemoryMarshal.Read<ulong>(bytes[8..]), scope);
    }

    /// <summary>From a sockaddr that the kernel wrote: sockaddr_in or sockaddr_in6.</summary>
    public static unsafe PeerAddress FromKernel(byte* sockaddr)
    {
        ushort family = Unsafe.ReadUnaligned<ushort>(sockaddr);
        if (family == LinuxConstants.FamilyIPv6)
        {
            return Unsafe.ReadUnaligned<PeerAddress>(sockaddr);
        }

        if (family != LinuxConstants.FamilyIPv4)
        {
            return default;
        }

        ulong low = ((ulong)Unsafe.ReadUnaligned<uint>(sockaddr + 4) << 32) | 0xFFFF_0000;
        return new PeerAddress(Unsafe.ReadUnaligned<ushort>(sockaddr + 2), 0, low, 0);
    }

    /// <summary>
    /// What a socket of this machine takes: this value, or on a machine without IPv6 a sockaddr_in in its place (the kernel
    /// does not mind that the rest is longer).
    /// </summary>
    public PeerAddress ForKernel() => Socket.OSSupportsIPv6 ? this : new PeerAddress(LinuxConstants.FamilyIPv4, _portBigEndian, (uint)(_low >> 32));

    /// <summary>The framework's form; an IPv4-mapped address comes back as IPv4.</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        MemoryMarshal.Write(bytes, _high);
        MemoryMarshal.Write(bytes[8..], _low);
        IPAddress address = new(bytes, _scope);
        return new IPEndPoint(address.Unmapped(), Port);
    }

    /// <summary>The sixteen bytes of the address, in network order; those of IPv4 are mapped.</summary>
    public void CopyAddress(Span<byte> bytes)
    {
        MemoryMarshal.Write(bytes, _high);
        MemoryMarshal.Write(bytes[8..], _low);
    }

    /// <summary>The same host, whatever the port.</summary>
    public bool SameAddress(in PeerAddress other) => _high == other._high && _low == other._low;

    /// <summary>The same host with another port.</summary>
    public PeerAddress WithPort(int port) => new(BinaryPrimitives.ReverseEndianness((ushort)port), _high, _low, _scope);

    /// <summary>Address and port; flow label and scope are not part of who it is.</summary>
    public bool Equals(PeerAddress other) => _portBigEndian == other._portBigEndian && _high == other._high && _low == other._low;

    public override bool Equals(object? obj) => obj is PeerAddress other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_portBigEndian, _high, _low);

    public override string ToString() => ToEndPoint().ToString();
}
