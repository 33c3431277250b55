using System.Net.Sockets;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>DESCRIBE.</summary>
internal sealed partial class RequestHandler
{
    private async Task<RtspResponse> DescribeAsync(ClientConnection connection, RtspMessage request, RtspResponse response)
    {
        RequestTarget target = RequestTarget.Resolve(request.Uri, _frontend.Mounts, makes: true);
        if (target.Mount is not { } mount)
        {
            return NoStream(connection, request, response, target);
        }

        if (mount.Replay is not null)
        {
            return await _replay.DescribeAsync(connection, mount, target, request, response);
        }

        if (OtherBox.UrlFor(_frontend.Options.Hops, connection, mount, request) is { } other)
        {
            return Begin(request, response, RtspStatus.MovedTemporarily).With("Location", other);
        }

        connection.Start = target.Start ?? connection.Start;
        if (await mount.DescribeAsync(FrontendLimits.DescribeWait) is not { } description)
        {
            return Begin(request, response, RtspStatus.NotFound, StreamNotReady);
        }

        if (!StillMay(connection, mount))
        {
            return Begin(request, response, RtspStatus.Forbidden);
        }

        bool isToTalk = OptionTags.AsksToTalk(request);
        if (isToTalk && description.Talk is null)
        {
            return NoBackChannel(request, response);
        }

        AddressFamily family = connection.RemoteAddress.AddressFamily;
        response.Body = isToTalk ? description.Talk!.SdpFor(family)
            : _frontend.ViewerGroups.Describe(request.Uri, mount, description) ?? description.SdpFor(family);
        return response
            .With("Content-Base", target.UrlOf(mount.Name, connection))
            .With("Content-Type", "application/sdp");
    }
}
