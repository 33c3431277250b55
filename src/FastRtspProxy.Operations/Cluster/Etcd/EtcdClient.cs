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
    /// <summary>Claims of many streams at once: etcd writes those that come together in one.</summary>
    private const int Connections = 32;

    /// <summary>A longer answer is a page of somebody else's.</summary>
    private const int PlainMax = 300;

    /// <summary>gRPC's code for a token that is none, or too old.</summary>
    private const int Unauthenticated = 16;

    private readonly ClusterEngineConfig _config;
    private readonly HttpClient[] _members;
    private readonly X509Certificate2Collection? _authorities;
    private readonly X509Certificate2? _certificate;

    /// <summary>The member that is asked.</summary>
    private int _current;

    /// <summary>Of the newest log-in; null: none was made.</summary>
    private volatile string? _token;

    /// <exception cref="EtcdException">A certificate cannot be used.</exception>
    public EtcdClient(ClusterEngineConfig config)
    {
        _config = config;
        try
        {
            _authorities = config.Ca is { } ca ? Authorities(ca) : null;
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

    /// <summary>The next member is asked from now on, unless another one is already.</summary>
    public void Leave(int turn) => Interlocked.CompareExchange(ref _current, turn + 1, turn);

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_members, static member => member.Dispose());
        _certificate?.Dispose();
    }

    private async Task<JsonDocument> AskMemberAsync(string path, string body, TimeSpan limit, CancellationToken stop)
    {
        using CancellationTokenSource due = CancellationTokenSource.CreateLinkedTokenSource(stop);
        due.CancelAfter(limit);
        try
        {
            using HttpResponseMessage response = await SendAsync(path, body, limit, due.Token);
            JsonDocument json = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(due.Token), default, due.Token);
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
        catch (Exception e) when (e is IOException or JsonException or HttpRequestException)
        {
            throw new EtcdException($"{Shown}: {Printable.Line(e.Message)}", e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string body, TimeSpan limit, CancellationToken stop)
    {
        if (_config.UserName is not null && _token is null)
        {
            _token = await LogInAsync(limit, stop);
        }

        (HttpResponseMessage? response, int code, string error) = await TrySendAsync(path, body, _token, limit, stop);
        if (code == Unauthenticated && _config.UserName is not null)
        {
            _token = await LogInAsync(limit, stop);
            (response, code, error) = await TrySendAsync(path, body, _token, limit, stop);
        }

        // Codes of gRPC: 3, 5, 7, 16 speak of the request or of who asks; the others of the member (14: it has no leader).
        return response ?? throw new EtcdException($"{Shown}: {error}") { IsRefusal = code is 3 or 7 or Unauthenticated };
    }

    private async Task<string> LogInAsync(TimeSpan limit, CancellationToken stop)
    {
        string body = EtcdRequests.LogIn(_config.UserName!, _config.Password!.Value);
        (HttpResponseMessage? response, _, string error) = await TrySendAsync("/v3/auth/authenticate", body, null, limit, stop);
        using HttpResponseMessage answer = response
            ?? throw new EtcdException($"{Shown}: the log-in of {_config.UserName} is refused: {error}") { IsRefusal = true };
        using JsonDocument json = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(stop), default, stop);
        return json.RootElement.GetProperty("token").GetString()!;
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
                string text = await response.Content.ReadAsStringAsync(due.Token);
                string status = string.Create(CultureInfo.InvariantCulture, $"status {(int)response.StatusCode}");
                return (null, CodeOf(text), Printable.Line(WordsOf(text) ?? $"{status} {PlainWords(text)}".TrimEnd()));
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new EtcdException(NoAnswer(limit));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new EtcdException($"{Shown}: {Printable.Line(e.InnerException?.Message ?? e.Message)}", e);
        }
    }

    private string NoAnswer(TimeSpan limit) => string.Create(CultureInfo.InvariantCulture, $"{Shown}: no answer in {limit.TotalSeconds:0.##} s");

    private static int CodeOf(string text) => TryRefusal(text, out JsonElement json) ? (int)EtcdKeyValue.Number(json, "code") : 0;

    private static string? WordsOf(string text) =>
        TryRefusal(text, out JsonElement json) && json.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.String
            ? error.GetString()
            : null;

    /// <summary>
    /// What stands in the way before etcd's gateway. Quirk (etcd 3.4): while log-ins are on it takes no client certificate with a common name, which
    /// it could not tell from a user's.
    /// </summary>
    private static string PlainWords(string text) => text.Length > PlainMax ? string.Empty
        : text.Contains("CommonName", StringComparison.Ordinal) ? "(Remedy: a client certificate without a common name, CN)"
        : $"({text.Trim()})";

    private static bool TryRefusal(string text, out JsonElement json)
    {
        json = default;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            json = document.RootElement.Clone();
            return json.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private HttpClient ClientOf(string endpoint)
    {
        Uri url = new(endpoint);
        SocketsHttpHandler handler = OutboundHttp.HandlerTo(url, TimeSpan.FromMilliseconds(500), Connections);
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            TargetHost = url.IdnHost,
            ClientCertificates = _certificate is null ? null : [_certificate],
            CertificateChainPolicy = _authorities is null ? null : PolicyOf(_authorities),
        };
        return new HttpClient(handler) { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version11 };
    }

    private static X509ChainPolicy PolicyOf(X509Certificate2Collection authorities)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static X509Certificate2Collection Authorities(string file)
    {
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPemFile(file);
        return authorities;
    }
}
