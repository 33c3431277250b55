using System.Net;
using System.Text;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Streams;

/// <summary>Where a password goes: two spellings of one place are equal, and what is not known to be equal is not.</summary>
/// <param name="IsTls">rtsps.</param>
/// <param name="Host">An address in its one spelling; a name in small letters, without the dot of the root.</param>
/// <param name="Port">Of the URL.</param>
/// <param name="TunnelPort">Of RTSP over HTTP; 0: there is none.</param>
/// <param name="HearsStream">It hears the password of the stream; else one of its own, or none.</param>
internal readonly record struct CameraEndpoint(bool IsTls, string Host, int Port, int TunnelPort, bool HearsStream)
{
    /// <summary>The port of HTTP, where nobody gave another one for the tunnel.</summary>
    private const int HttpPort = 80;

    /// <summary>Every place that a stream asks; a source that is no URL is one that equals no other.</summary>
    public static IReadOnlyList<CameraEndpoint> Of(StreamConfig stream) => [.. stream.Sources.Select(source => Of(source, stream))];

    /// <summary>That of one of its sources.</summary>
    public static CameraEndpoint Of(SourceConfig said, StreamConfig whole)
    {
        StreamConfig stream = whole.With(said);
        string source = said.Url;
        bool hearsStream = said.UserName is null && said.Password is null;
        int tunnel = stream.Transport == CameraWay.Http ? stream.TunnelPort ?? HttpPort : 0;
        return RtspUrl.TryParse(WildcardName.Fill(source, "1"), out RtspUrl? url, out _)
            ? new CameraEndpoint(url.Tls, Plain(url.Host), url.Port, tunnel, hearsStream)
            : new CameraEndpoint(false, "", -1, 0, hearsStream);
    }

    /// <summary>Letters beyond ASCII are left alone: which of them are the same to a resolver is not ours to guess.</summary>
    private static string Plain(string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return address.Unmapped().ToString();
        }

        string name = host.EndsWith('.') ? host[..^1] : host;
        return Ascii.IsValid(name) ? name.ToLowerInvariant() : name;
    }
}
