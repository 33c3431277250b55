#pragma warning disable RS0030 // inside Outbound
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>
/// The HTTP/JSON gateway of an etcd 3.4 or later: one member at a time, the next one when it does not answer. A log-in is made when it is asked for,
/// and again when the token is too old. Any thread.
/// </summary>
internal sealed class EtcdClient : IDisposable
{
    /// <summary>A watch, a renewal, a batch of claims, what the API puts, and as many more.</summary>
    public const int Connections = 8;

    /// <summary>gRPC's code for a token that is none, or too old.</summary>
    private const int Unauthenticated = 16;

    /// <summary>gRPC's code for a lease that has ended.</summary>
    private const int NotFound = 5;

    /// <summary>Of a signed token (JWT) that was made before users or roles were changed; its code is that of a wrong request.</summary>
    private const string OldToken = "revision of auth store is old";

    private readonly ClusterEngineConfig _config;
    private readonly HttpClient[] _members;
    private readonly X509Certificate2Collection? _authorities;
    private readonly X509Certificate2? _certificate;

    /// <summary>The member that is asked.</summary>
    private int _current;

    /// <summary>Of the newest log-in; null: none was made. Made by one at a time: each costs etcd a tenth of a second of a processor.</summary>
    private volatile string? _token;
    private readonly SemaphoreSlim _logIn = new(1);

    /// <exception cref="EtcdException">A certificate cannot be used.</exception>
    public EtcdClient(ClusterEngineConfig config)
    {
        _config = config;
        try
        {
            _authorities = ClusterAuthorities.Read(config.Ca);
            _certificate = config.Certificate is { } own ? X509Certificate2.CreateFromPemFile(own, config.Key ?? own) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new EtcdException($"a certificate for etcd cannot be used: {Printable.Line(e.Message)}", e) { IsRefusal = true };
        }

        _members = [.. config.Endpoints.Select(ClientOf)];
    }

    /// <summary>Rises whenever another member is asked from now on.</summary>
    public int Turn => Volatile.Read(ref _current);

    private HttpClient Member => _members[Turn % _members.Length];

    /// <summary>The member that is asked, for messages.</summary>
    public string Shown => _config.Endpoints[Turn % _members.Length];

    /// <summary>Asks the present member, and then each of the others, once; whichever answers is asked from then on.</summary>
    /// <param name="path">As <c>/v3/kv/txn</c>.</param>
    /// <param name="body">JSON.</param>
    /// <param name="limit">For each of them.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="EtcdException">None answered, or one said no.</exception>
    public Task<JsonDocument> AskAsync(string path, string body, TimeSpan limit, CancellationToken stop) => Outbound.RunAsync(async () =>
    {
        for (int tried = 1; ; tried++)
        {
            int turn = Turn;
            try
            {
                return await AskMemberAsync(path, body, limit, stop);
            }
            catch (EtcdException e) when (!e.IsRefusal && tried < _members.Length)
            {
                Leave(turn);
            }
            catch (EtcdException e) when (!e.IsRefusal)
            {
                Leave(turn);
                throw;
            }
        }
    });

    /// <summary>An answer that does not end; lines of JSON.</summary>
    /// <exception cref="EtcdException">The present member does not answer.</exception>
    public async Task<Stream> OpenAsync(string path, string body, TimeSpan limit, CancellationToken stop)
    {
        int turn = Turn;
        try
        {
            HttpResponseMessage response = await SendAsync(path, body, limit, stop);
            return await response.Content.ReadAsStreamAsync(stop);
        }
        catch (EtcdException)
        {
            Leave(turn);
            throw;
        }
    }

    /// <summary>What answers is no etcd, or not in order.</summary>
    public EtcdException Nonsense(string what) => new($"{Shown}: its answer says no {what}: is it an etcd?");

    /// <summary>The next member is asked from now on, unless another one is already.</summary>
    public void Leave(int turn) => Interlocked.CompareExchange(ref _current, turn + 1, turn);

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_members, static member => member.Dispose());
        _certificate?.Dispose();
        _logIn.Dispose();
    }

    private async Task<JsonDocument> AskMemberAsync(string path, string body, TimeSpan limit, CancellationToken stop)
    {
        using CancellationTokenSource due = CancellationTokenSource.CreateLinkedTokenSource(stop);
        due.CancelAfter(limit);
        try
        {
            using HttpResponseMessage response = await SendAsync(path, body, limit, due.Token);
            JsonDocument json = await EtcdReader.JsonAsync(await response.Content.ReadAsStreamAsync(due.Token), due.Token);
            if (json.RootElement.ValueKind == JsonValueKind.Object && !json.RootElement.TryGetProperty("error", out _))
            {
                return json;
            }

            json.Dispose();
            throw new EtcdException($"{Shown}: it cannot say"); // behind the head of an answer that streams
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new EtcdException(NoAnswer(limit));
        }
        catch (Exception e) when (e is IOException or JsonException or HttpRequestException or InvalidOperationException)
        {
            throw new EtcdException($"{Shown}: {Printable.Line(e.Message)}", e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string body, TimeSpan limit, CancellationToken stop)
    {
        string? token = _config.UserName is null ? null : _token ?? await TokenAsync(null, limit, stop);
        (HttpResponseMessage? response, int code, string error) = await TrySendAsync(path, body, token, limit, stop);
        if (token is not null && (code == Unauthenticated || error.Contains(OldToken, StringComparison.Ordinal)))
        {
            token = await TokenAsync(token, limit, stop);
            (response, code, error) = await TrySendAsync(path, body, token, limit, stop);
        }

        return response ?? throw new EtcdException($"{Shown}: {error}") { IsRefusal = IsAboutUs(code), IsGone = code == NotFound };
    }

    /// <summary>
    /// Codes of gRPC that speak of the request, of who asks, or of all members (8: no space); the others speak of the member (14: no leader).
    /// </summary>
    private static bool IsAboutUs(int code) => code is 3 or NotFound or 7 or 8 or Unauthenticated;

    /// <summary>The newest one, made now where that is the one which etcd has refused.</summary>
    private async Task<string> TokenAsync(string? refused, TimeSpan limit, CancellationToken stop)
    {
        await _logIn.WaitAsync(stop);
        try
        {
            return _token is { } known && known != refused ? known : _token = await LogInAsync(limit, stop);
        }
        finally
        {
            _logIn.Release();
        }
    }

    private async Task<string> LogInAsync(TimeSpan limit, CancellationToken stop)
    {
        string body = EtcdRequests.LogIn(_config.UserName!, _config.Password!.Value);
        (HttpResponseMessage? response, int code, string error) = await TrySendAsync("/v3/auth/authenticate", body, null, limit, stop);
        using HttpResponseMessage answer = response
            ?? throw new EtcdException($"{Shown}: the log-in of {_config.UserName} is refused: {error}") { IsRefusal = IsAboutUs(code) };
        using CancellationTokenSource due = CancellationTokenSource.CreateLinkedTokenSource(stop);
        due.CancelAfter(limit);
        using JsonDocument json = await EtcdReader.JsonAsync(await answer.Content.ReadAsStreamAsync(due.Token), due.Token);
        JsonElement token = EtcdKeyValue.Member(json.RootElement, "token");
        return token.ValueKind == JsonValueKind.String && token.GetString() is { Length: > 0 } text ? text : throw Nonsense("token");
    }

    /// <summary>The answer, or the code and the words of a refusal.</summary>
    private async Task<(HttpResponseMessage? Response, int Code, string Error)> TrySendAsync(
        string path, string body, string? token, TimeSpan limit, CancellationToken stop)
    {
        using CancellationTokenSource due = CancellationTokenSource.CreateLinkedTokenSource(stop);
        due.CancelAfter(limit);
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("Grpc-Metadata-hasleader", "true"); // a watch ends when its member has lost the others
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", token);
        }

        try
        {
            HttpResponseMessage response = await Member.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, due.Token);
            if (response.IsSuccessStatusCode)
            {
                return (response, 0, string.Empty);
            }

            using (response)
            {
                await using Stream words = await response.Content.ReadAsStreamAsync(due.Token);
                string text = Encoding.UTF8.GetString(await EtcdReader.BeginningAsync(words, due.Token));
                EtcdRefusal refusal = EtcdRefusal.Read((int)response.StatusCode, text, _config.Password?.Value, token);
                return (null, refusal.Code, refusal.Words);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new EtcdException(NoAnswer(limit));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new EtcdException($"{Shown}: {TlsByteStream.Cause(e)}", e);
        }
    }

    private string NoAnswer(TimeSpan limit) => string.Create(CultureInfo.InvariantCulture, $"{Shown}: no answer in {limit.TotalSeconds:0.##} s");

    private HttpClient ClientOf(string endpoint)
    {
        Uri url = new(endpoint);
        SocketsHttpHandler handler = OutboundHttp.HandlerTo(url, TimeSpan.FromMilliseconds(500), Connections);
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            TargetHost = url.IdnHost,
            ClientCertificates = _certificate is null ? null : [_certificate],
            CertificateChainPolicy = TlsByteStream.ChainPolicy(_authorities),
        };
        return new HttpClient(handler) { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version11 };
    }
}
