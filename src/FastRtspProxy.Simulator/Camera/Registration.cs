using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using FastRtspProxy.Engine.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Simulator.Camera;

/// <summary>Sends REGISTER to a proxy (LIVE555's extension: the proxy is told a back-end's URL instead of being configured with it).</summary>
internal sealed class Registration : IByteSink
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly ArrayBufferWriter<byte> _input = new();
    private readonly TaskCompletionSource<string> _answer = new();

    private Registration()
    {
    }

    /// <summary>Registers one URL; returns a line for the user, whatever came of it.</summary>
    public static Task<string> SendAsync(Shard shard, CameraRun run, string url) => shard.RunAsync(async () =>
    {
        string proxy = string.Create(CultureInfo.InvariantCulture, $"{run.RegisterHost}:{run.RegisterPort}");
        try
        {
            TcpByteStream stream = await TcpByteStream.ConnectAsync(shard, run.RegisterHost!, run.RegisterPort, s_limit);
            Registration registration = new();
            stream.Start(registration);
            ArrayBufferWriter<byte> request = new();
            RtspWriter.WriteRequest(request, RtspMethod.Register, url, 1, [new RtspHeader("Transport", "preferred_delivery_protocol=udp")]);
            stream.Send(request.WrittenSpan);
            Task done = await Task.WhenAny(registration._answer.Task, shard.DelayAsync(s_limit));
            stream.Close();
            return done == registration._answer.Task ? $"registered {url} with {proxy}: {await registration._answer.Task}" : $"REGISTER of {url}: no answer from {proxy} within {s_limit.TotalSeconds:0} s";
        }
        catch (ByteStreamException e)
        {
            return $"REGISTER of {url}: {proxy} cannot be reached: {e.Message}";
        }
    });

    public void OnBytes(ReadOnlySpan<byte> bytes)
    {
        _input.Write(bytes);
        RtspMessage message = new();
        if (RtspMessageParser.TryParse(_input.WrittenSpan, message, RtspLimits.Client, out _, out _) != ParseStatus.NeedMore)
        {
            _answer.TrySetResult(message.StatusCode == 0 ? "no RTSP answer" : string.Create(CultureInfo.InvariantCulture, $"{message.StatusCode} {message.Reason}"));
        }
    }

    public void OnBatchEnd()
    {
    }

    public void OnClosed(SocketError error) => _answer.TrySetResult("connection closed without an answer");
}
