using System.Globalization;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.SimulatedCamera.Talk;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>Back channels: who requires them, and their SETUP.</summary>
internal sealed partial class CameraConnection
{
    private IReadOnlyList<BackChannel> BackChannels => _camera.Options.BackChannels;

    /// <summary>The request requires back channels.</summary>
    private bool AsksToTalk => _request.HeaderValues("Require").Any(static tag => tag == BackChannel.OptionTag);

    /// <summary>What is required and not there; empty: nothing.</summary>
    private string Unsupported() => string.Join(
        ", ", _request.HeaderValues("Require").Where(tag => tag.Length > 0 && (tag != BackChannel.OptionTag || BackChannels.Count == 0)));

    /// <summary>False: the URL names no back channel, and the request is not answered.</summary>
    private bool TrySetUpBack()
    {
        string uri = _request.Uri.TrimEnd('/');
        int slash = uri.LastIndexOf('/');
        if (slash < 0 || !uri[(slash + 1)..].StartsWith(CameraSdp.BackControl, StringComparison.Ordinal)
            || !int.TryParse(uri.AsSpan(slash + 1 + CameraSdp.BackControl.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            || number < 1 || number > BackChannels.Count || CameraPaths.FindStream(_camera.Options, uri[..slash]) is not (>= 0 and var stream))
        {
            return false;
        }

        CameraSession? session = _camera.FindSession(_request.Session);
        if (session is null && _request.Session is not null)
        {
            Answer(RtspStatus.SessionNotFound);
        }
        else if (TransportHeader.Parse(_request.Header("Transport") ?? "").FirstOrDefault(spec => Supports(spec) && !spec.Multicast) is not { } spec)
        {
            Answer(RtspStatus.UnsupportedTransport);
        }
        else
        {
            session ??= _camera.OpenSession(stream);
            session.Touch(_request.Method);
            SessionTrack track = session.SetUpBack(number - 1);
            string transport = Accept(session, track, spec);
            Answer(RtspStatus.Ok, new RtspHeader("Transport", transport), SessionOf(session));
        }

        return true;
    }
}
