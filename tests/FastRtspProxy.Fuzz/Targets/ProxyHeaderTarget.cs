using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Protocol.ProxyProtocol;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>PROXY headers of balancers: prefixes need more and consume nothing, what follows does not matter, and the addresses read back when they are written.</summary>
internal sealed class ProxyHeaderTarget : FuzzTarget
{
    public override string Name => "proxy-header";

    public override int FixedBytes => 1024;

    public override int BytesPerInputByte => 0;

    public override void Parse(ReadOnlySpan<byte> input) => ProxyHeader.TryParse(input, out _, out _, out _);

    public override void Check(ReadOnlySpan<byte> input)
    {
        ParseStatus status = ProxyHeader.TryParse(input, out ProxyHeader header, out int consumed, out ProxyHeaderDefect defect);
        Property.Holds((status == ParseStatus.Malformed) == (defect != ProxyHeaderDefect.None), "what is malformed has a defect, and nothing else");
        Property.Holds((status == ParseStatus.Complete) == (consumed > 0), "only a whole header is consumed");
        if (status == ParseStatus.NeedMore)
        {
            Property.Holds(input.Length < ProxyHeader.BytesMax, "a header ends");
        }

        if (status != ParseStatus.Complete)
        {
            return;
        }

        Property.Holds(consumed <= ProxyHeader.BytesMax && consumed <= input.Length, "a header is short");
        Property.Holds(ProxyHeader.IsBegunBy(input), "a header begins as headers do");
        Property.Holds(header.Kind == ProxyHeaderKind.Relayed == header.Source is not null, "a relayed connection has a client, and no other");
        foreach (int cut in Cuts.Of(input[..consumed]))
        {
            if (cut < consumed)
            {
                Property.Equal(ParseStatus.NeedMore, ProxyHeader.TryParse(input[..cut], out _, out _, out _));
            }
        }

        Property.Equal(ParseStatus.Complete, ProxyHeader.TryParse(input[..consumed], out ProxyHeader alone, out _, out _));
        Property.Equal(header, alone);
        if (header is { Source: { } source, Destination: { } destination })
        {
            Property.Equal(source.AddressFamily, destination.AddressFamily);
            Property.Equal(ParseStatus.Complete, ProxyHeader.TryParse(Write(source, destination), out ProxyHeader written, out _, out _));
            Property.Equal(header, written);
        }
    }

    private static byte[] Write(IPEndPoint source, IPEndPoint destination)
    {
        string family = source.AddressFamily == AddressFamily.InterNetwork ? "TCP4" : "TCP6";
        return Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"PROXY {family} {source.Address} {destination.Address} {source.Port} {destination.Port}\r\n"));
    }
}
