using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Simulator.Camera;

/// <summary>Sends REGISTER to a proxy (LIVE555's extension: the proxy is told a back-end's URL instead of being configured with it).</summary>
internal sealed class Registration : IByteSink
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly ArrayBufferWriter<byte> _input = new();
    private readonly RtspMessage _message = new();
    private TaskCompletionSource<bool> _answered = new();

    private Registration()
    {
    }

    /// <summary>Registers one URL; returns a line for the user, whatever came of it.</summary>
    public static Task<string> SendAsync(Shard shard, CameraRun run, string url) => shard.RunAsync(async () =>
    {
        string proxy = string.Create(CultureInfo.InvariantCulture, $"{run.RegisterHost}:{run.RegisterPort}");
        try
        {
            TcpByteStream stream = await TcpByteStream.ConnectAsync(shard, new ConnectTarget(run.RegisterHost!, run.RegisterPort), s_limit);
            Registration registration = new();
            stream.Start(registration);
            string outcome = await registration.AskAsync(stream, url, 1, null, shard);
            if (registration._message.StatusCode == RtspStatus.Unauthorized && run.RegisterCredentials is { } credentials)
            {
                AuthClient auth = new(credentials.User, credentials.Password);
                if (auth.Accept(registration._message.HeaderValues("WWW-Authenticate")))
                {
                    outcome = await registration.AskAsync(stream, url, 2, auth.Authorization(RtspMethod.Register, url), shard);
                }
            }

            stream.Close();
            return $"REGISTER of {url} with {proxy}: {outcome}";
        }
        catch (ByteStreamException e)
        {
            return $"REGISTER of {url}: {proxy} cannot be reached: {e.Message}";
        }
    });

    public void OnBytes(ReadOnlySpan<byte> bytes)
    {
        _input.Write(bytes);
        if (RtspMessageParser.TryParse(_input.WrittenSpan, _message, RtspLimits.Client, out _, out _) != ParseStatus.NeedMore)
        {
            _answered.TrySetResult(true);
        }
    }

    public void OnBatchEnd()
    {
    }

    public void OnClosed(SocketError error) => _answered.TrySetResult(false);

    private async Task<string> AskAsync(TcpByteStream stream, string url, int cseq, string? authorization, Shard shard)
    {
        _input.ResetWrittenCount();
        _answered = new TaskCompletionSource<bool>();
        List<RtspHeader> headers = [new RtspHeader("Transport", "preferred_delivery_protocol=udp")];
        if (authorization is not null)
        {
            headers.Add(new RtspHeader("Authorization", authorization));
        }

        ArrayBufferWriter<byte> request = new();
        RtspWriter.WriteRequest(request, RtspMethod.Register, url, cseq, CollectionsMarshal.AsSpan(headers));
        stream.Send(request.WrittenSpan);
        if (await Task.WhenAny(_answered.Task, shard.DelayAsync(s_limit)) != _answered.Task)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer within {s_limit.TotalSeconds:0} s");
        }

        return !await _answered.Task ? "connection closed without an answer"
            : _message.StatusCode == 0 ? "no RTSP answer"
            : string.Create(CultureInfo.InvariantCulture, $"{_message.StatusCode} {_message.Reason}");
    }
}
