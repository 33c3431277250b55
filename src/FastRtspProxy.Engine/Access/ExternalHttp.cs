#pragma warning disable RS0030 // inside Outbound
using System.Net.Http.Headers;
using System.Net.Sockets;
using CommunityToolkit.HighPerformance.Buffers;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Access;

/// <summary>The external decision over HTTP: one POST a question, to its host alone (<see cref="OutboundHttp"/>).</summary>
internal sealed class ExternalHttp : IExternalServer
{
    private readonly ExternalSettings _settings;
    private readonly HttpClient _client;

    public ExternalHttp(ExternalSettings settings)
    {
        _settings = settings;
        SocketsHttpHandler handler = OutboundHttp.HandlerTo(settings.Url, settings.Timeout, ExternalDecision.MaxAsked);
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <inheritdoc/>
    public Task<ExternalAnswer> AskAsync(ExternalQuestion question, CancellationToken cancel) => Outbound.RunAsync(() => PostAsync(question, cancel));

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<ExternalAnswer> PostAsync(ExternalQuestion question, CancellationToken cancel)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, _settings.Url);
            request.Content = new ByteArrayContent(question.ToJson());
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            foreach ((string name, string value) in _settings.Headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            using MemoryOwner<byte> body = MemoryOwner<byte>.Allocate(ExternalReply.BodyBytes + 1);
            int bodyBytes = await ReadBodyAsync(response.Content, body.Memory, cancel);
            return ExternalReply.Read((int)response.StatusCode, body.Memory[..bodyBytes]);
        }
        catch (Exception e)
            when (e is HttpRequestException or OperationCanceledException or IOException or SocketException or InvalidOperationException)
        {
            return ExternalAnswer.Error;
        }
    }

    /// <summary>Reads the body, as far as the room reaches: it has one byte more than a body may have.</summary>
    private static async Task<int> ReadBodyAsync(HttpContent content, Memory<byte> room, CancellationToken cancel)
    {
        int count = 0;
        using Stream stream = await content.ReadAsStreamAsync(cancel);
        while (count < room.Length && await stream.ReadAsync(room[count..], cancel) is > 0 and int read)
        {
            count += read;
        }

        return count;
    }
}
