using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Cluster.Etcd;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Mounts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>What an etcd may do that is not in order, and hundreds of streams at once.</summary>
public sealed class EtcdFaultTests : IAsyncLifetime
{
    private const string NodeKey = "/frp/site-1/nodes/a";
    private const string Transaction = "/v3/kv/txn";

    private readonly RecordingLogger _log = new();
    private readonly RecordingWatch _watch = new();
    private FakeEtcd _etcd = null!;
    private EtcdOwnership? _box;

    /// <summary>The life of the program that answers at this box's address.</summary>
    private volatile string? _lifeThere;

    public async Task InitializeAsync() => _etcd = await FakeEtcd.StartAsync();

    public async Task DisposeAsync()
    {
        if (_box is not null)
        {
            await _box.DisposeAsync();
        }

        await _etcd.DisposeAsync();
        Assert.DoesNotContain(_log.Lines, static line => line.Text.Contains("please report", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, static line => line.Text.Contains("geheim", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{\"result\":{\"events\":[{}]}}")]
    [InlineData("{\"result\":{\"events\":[{\"kv\":[]}]}}")]
    [InlineData("{\"result\":{\"events\":[{\"kv\":{\"key\":\"!\",\"mod_revision\":\"x\"}}]}}")]
    [InlineData("{\"result\":{\"events\":[7]}}")]
    [InlineData("\"result\"")]
    [InlineData("<html>")]
    public async Task Watch_LineThatIsNone_AllIsReadAgainAndTheWatchGoesOn(string line)
    {
        await BeginAsync();
        _etcd.Put("/frp/site-1/owners/hidden", "{\"node\":\"b\"}", isTold: false);

        _etcd.Tell(line);

        await Until.TrueAsync(() => _watch.Owners.ContainsKey("hidden"), detail: Lines);
        _etcd.Put("/frp/site-1/owners/shown", "{\"node\":\"b\"}");
        await Until.TrueAsync(() => _watch.Owners.ContainsKey("shown"), detail: Lines);
        Assert.InRange(_etcd.Count("/v3/watch"), 2, int.MaxValue);
        Assert.Equal(0, _watch.Count("expired"));
    }

    /// <summary>An answer that says nothing of our lease does not say that it has ended.</summary>
    [Fact]
    public async Task Renew_AnswersThatAreNone_LeaseGoesOn()
    {
        ConcurrentQueue<string> wrong = new([
            "{}", "{\"result\":{}}", "{\"result\":{\"ID\":\"7\",\"TTL\":\"0\"}}", "{\"result\":{\"ID\":\"\\ud800\"}}", "<html>"]);
        _etcd.Instead = (path, _, _) => Task.FromResult(path == "/v3/lease/keepalive" && wrong.TryDequeue(out string? answer) ? answer : null);

        await BeginAsync(ttlSeconds: 1);

        await Until.TrueAsync(() => wrong.IsEmpty, detail: Lines);
        int renewals = _etcd.Count("/v3/lease/keepalive");
        await Until.TrueAsync(() => _etcd.Count("/v3/lease/keepalive") > renewals + 1, detail: Lines);
        Assert.Equal((0, 1), (_watch.Count("expired"), _watch.Count("snapshot")));
    }

    [Fact]
    public async Task Start_AnswersThatAreNone_GoesOnUntilThereIsAnEtcd()
    {
        ConcurrentQueue<(int Status, string Type, string Text)> wrong = new([
            (200, "text/html", "<html>"),
            (200, "application/json", "{}"),
            (200, "application/json", "{\"header\":{\"revision\":\"many\"},\"kvs\":7}"),
            (500, "text/plain; charset=none-such", "what?"),
            (503, "application/json", "{\"error\":7,\"code\":\"x\"}"),
            (404, "application/json", "{\"error\":\"Not Found\",\"code\":5}"),
            (302, "text/html", "")]);
        _etcd.Instead = async (_, _, context) =>
        {
            if (!wrong.TryDequeue(out var answer))
            {
                return null;
            }

            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = answer.Type;
            await context.Response.WriteAsync(answer.Text);
            return "";
        };

        await BeginAsync();

        Assert.Empty(wrong);
    }

    /// <summary>A member that takes a question and says nothing more, and one that never ends its answer.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_AnswerThatNeverEnds_TheNextOneIsAsked(bool sendsOn)
    {
        int wrong = 0;
        _etcd.Instead = async (_, _, context) =>
        {
            if (Interlocked.Increment(ref wrong) > 1)
            {
                return null;
            }

            while (!context.RequestAborted.IsCancellationRequested)
            {
                await (sendsOn ? context.Response.WriteAsync("      ", context.RequestAborted) : Task.Delay(-1, context.RequestAborted));
            }

            return "";
        };

        await BeginAsync(ttlSeconds: 1);

        Assert.InRange(wrong, 2, int.MaxValue);
    }

    [Fact]
    public async Task Line_ThatDoesNotEnd_IsGivenUp()
    {
        EtcdReader reader = new(new EndlessStream());

        IOException e = await Assert.ThrowsAsync<IOException>(async () => await reader.LineAsync(default));

        Assert.Contains("more than 64 MB", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_CutAtEachByte_IsTheSame()
    {
        byte[] text = Encoding.UTF8.GetBytes("{\"a\":1}\n\n" + new string('x', 20_000) + "\nlast\nnot ended");
        foreach (int step in (int[])[1, 2, 3, 7, 8191, 8192, 8193, text.Length])
        {
            EtcdReader reader = new(new SlowStream(text, step));
            List<string> lines = [];
            while (await reader.LineAsync(default) is { } line)
            {
                lines.Add(Encoding.UTF8.GetString(line.Span));
            }

            Assert.Equal(["{\"a\":1}", "", new string('x', 20_000), "last"], lines);
        }
    }

    /// <summary>The streams of a box that died: few requests, in their order, and the lease is renewed meanwhile.</summary>
    [Fact]
    public async Task Batches_FiveHundredClaimsAtOnce_AreFewRequestsInOrderAndHoldUpNoRenewal()
    {
        using EtcdClient client = new(ConfigOf(ttlSeconds: 2).Engine);
        await using EtcdBatches batches = new(client, TimeSpan.FromSeconds(60), _log);
        TaskCompletionSource held = Hold();
        string[] keys = [.. Enumerable.Range(0, 500).Select(static n => $"/frp/site-1/owners/cam{n}")];

        var claims = Task.WhenAll(keys.Select(key => batches.RunAsync(key, EtcdRequests.Claim(key, [1], lease: 7))));

        await Until.TrueAsync(() => _etcd.Count(Transaction) == 1);
        for (int i = 0; i < 10; i++)
        {
            using var renewal = await client.AskAsync("/v3/lease/keepalive", EtcdRequests.Lease(7), TimeSpan.FromSeconds(60), default);
        }

        Assert.Equal(1, _etcd.Count(Transaction));
        held.SetResult();
        Assert.All(await claims, static one => Assert.True(EtcdKeyValue.IsTrue(one!.Value.Answer, "succeeded")));
        JsonNode[] requests = [.. _etcd.Asked.Where(static one => one.Path == Transaction).Select(static one => one.Body)];
        Assert.InRange(requests.Length, 2, 1 + ((keys.Length + EtcdBatches.CountMax - 1) / EtcdBatches.CountMax));
        Assert.Equal(keys, requests.SelectMany(static one => one["success"]!.AsArray()).Select(static one => Encoding.UTF8.GetString(
            Convert.FromBase64String(one!["request_txn"]!["compare"]![0]!["key"]!.GetValue<string>()))));
    }

    /// <summary>etcd refuses a transaction that writes a key twice.</summary>
    [Fact]
    public async Task Batches_ClaimBehindAReleaseOfTheSameStream_IsAskedAfterIt()
    {
        using EtcdClient client = new(ConfigOf(ttlSeconds: 2).Engine);
        await using EtcdBatches batches = new(client, TimeSpan.FromSeconds(60), _log);
        long first = (await batches.RunAsync("cam1", EtcdRequests.Claim("cam1", [1], 7)))!.Value.Revision;
        TaskCompletionSource held = Hold();
        var other = batches.RunAsync("cam2", EtcdRequests.Claim("cam2", [1], 7));
        await Until.TrueAsync(() => _etcd.Count(Transaction) == 2);

        var release = batches.RunAsync("cam1", EtcdRequests.Release("cam1", first));
        var claim = batches.RunAsync("cam1", EtcdRequests.Claim("cam1", [1], 7));

        held.SetResult();
        foreach (var answer in new[] { await other, await release, await claim })
        {
            Assert.True(EtcdKeyValue.IsTrue(answer!.Value.Answer, "succeeded"));
        }

        Assert.Equal(4, _etcd.Count(Transaction));
    }

    [Fact]
    public async Task Batches_AtTheEnd_WhoeverWaitsIsToldSo()
    {
        using EtcdClient client = new(ConfigOf(ttlSeconds: 2).Engine);
        EtcdBatches batches = new(client, TimeSpan.FromSeconds(60), _log);
        TaskCompletionSource held = Hold();
        var claims = Enumerable.Range(0, 100).Select(n => batches.RunAsync($"cam{n}", EtcdRequests.Claim($"cam{n}", [1], 7))).ToArray();
        await Until.TrueAsync(() => _etcd.Count(Transaction) == 1);

        await batches.DisposeAsync();

        Assert.All(await Task.WhenAll(claims), static one => Assert.Null(one));
        Assert.Null(await batches.RunAsync("cam1", EtcdRequests.Claim("cam1", [1], 7)));
        held.SetResult();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"header\":{\"revision\":\"9\"},\"succeeded\":true,\"responses\":[]}")]
    [InlineData("{\"header\":{\"revision\":\"9\"},\"succeeded\":true,\"responses\":[{\"response_txn\":7}]}")]
    public async Task ClaimAsync_AnswerThatIsNone_IsNoOwnership(string answer)
    {
        _etcd.Instead = (path, _, _) => Task.FromResult(path == Transaction ? answer : null);
        await BeginAsync();

        Assert.Null(await _box!.ClaimAsync("cam1", null));
        Assert.False(await _box.ReleaseAsync("cam1", 7));
    }

    /// <summary>As a full disk: nothing is lost, and nothing moves, which somebody has to know.</summary>
    [Fact]
    public async Task ClaimAsync_EtcdSaysNo_IsSaidOnceAndAskedAgain()
    {
        int wrong = 0;
        _etcd.Instead = async (path, _, context) =>
        {
            if (path != Transaction || Interlocked.Increment(ref wrong) > 3)
            {
                return null;
            }

            context.Response.StatusCode = 429;
            await context.Response.WriteAsync("{\"error\":\"etcdserver: mvcc: database space exceeded\",\"code\":8}");
            return "";
        };
        await BeginAsync();

        OwnerRecord owner = await ClaimAsync("cam1");

        Assert.True(owner.IsOurs);
        Assert.Single(_log.Lines, static line => line.Level == LogLevel.Warning && line.Text.Contains("database space exceeded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ClaimAsync_LeaseHasEndedMeanwhile_IsNoOwnershipAndTheNextOneIs()
    {
        await BeginAsync(ttlSeconds: 1);
        OwnerRecord first = await ClaimAsync("cam1");

        _etcd.EndLease(_etcd.LeaseOf(NodeKey)!.Value);

        await Until.TrueAsync(() => _watch.Count("expired") == 1 && _watch.Count("snapshot") == 2, detail: Lines);
        OwnerRecord next = await ClaimAsync("cam1");
        Assert.True(next.IsOurs && next.Epoch > first.Epoch);
    }

    /// <summary>What others own by now is known before this box may go on with what it owned.</summary>
    [Fact]
    public async Task Start_NewLease_IsToldBehindWhatWasRead()
    {
        await BeginAsync(ttlSeconds: 1);
        _etcd.EndLease(_etcd.LeaseOf(NodeKey)!.Value);
        string[] told = [];

        await Until.TrueAsync(
            () => (told = [.. _watch.Told.Where(static one => one is "snapshot" or "renewed" or "expired").SkipWhile(static one => one != "expired")]).Length > 2,
            detail: Lines);

        Assert.Equal(["expired", "snapshot", "renewed"], told.Take(3));
    }

    /// <summary>Each log-in costs etcd a tenth of a second of a processor: hundreds of questions together make one.</summary>
    [Fact]
    public async Task AskAsync_ManyWithoutAToken_LogInOnceAndAgainOnceWhenItIsTooOld()
    {
        int logIns = 0;
        _etcd.Instead = async (path, _, context) =>
        {
            if (path == "/v3/auth/authenticate")
            {
                return $"{{\"token\":\"t{Interlocked.Increment(ref logIns)}\"}}";
            }

            if (context.Request.Headers.Authorization != $"t{Volatile.Read(ref logIns)}" || Volatile.Read(ref logIns) == 0)
            {
                context.Response.StatusCode = 401;
                await context.Response.WriteAsync("{\"error\":\"etcdserver: invalid auth token\",\"code\":16}");
                return "";
            }

            return null;
        };
        using EtcdClient client = new(ConfigOf(ttlSeconds: 2).Engine with { UserName = "root", Password = new Secret("geheim456") });

        await AskAsync(client, 100);
        Assert.Equal(1, logIns);
        Interlocked.Increment(ref logIns); // etcd has forgotten the first token

        await AskAsync(client, 100);
        Assert.Equal(3, logIns);
    }

    /// <summary>A proxy before it, or a gateway that repeats what it cannot read.</summary>
    [Theory]
    [InlineData("/v3/auth/authenticate", "cannot parse {\"name\":\"root\",\"password\":\"geheim\\u0022456\"}", "the log-in of root is refused: status 400")]
    [InlineData("/v3/auth/authenticate", "{\"error\":\"cannot parse geheim\\\"456\",\"code\":3}", "the log-in of root is refused: status 400")]
    [InlineData("/v3/kv/range", "no such user: Authorization: token-789", "status 400")]
    [InlineData("/v3/kv/range", "{\"error\":\"bad token token-789\",\"code\":3}", "status 400")]
    [InlineData("/v3/kv/range", "cannot parse {\"key\":\"L2ZycC8=\"}", "status 400 (cannot parse ...)")]
    [InlineData("/v3/kv/range", "{\"error\":\"etcdserver: too many requests\",\"code\":3}", "etcdserver: too many requests")]
    public async Task AskAsync_RefusalThatRepeatsWhatWasAsked_SaysNoSecret(string path, string answer, string words)
    {
        _etcd.Instead = async (asked, _, context) =>
        {
            if (asked == path)
            {
                context.Response.StatusCode = 400;
                await context.Response.WriteAsync(answer);
                return "";
            }

            return asked == "/v3/auth/authenticate" ? "{\"token\":\"token-789\"}" : null;
        };
        using EtcdClient client = new(ConfigOf(ttlSeconds: 2).Engine with { UserName = "root", Password = new Secret("geheim\"456") });

        EtcdException refusal = await Assert.ThrowsAsync<EtcdException>(() => AskAsync(client, 1));

        Assert.Equal($"{_etcd.Url}: {words}", refusal.Message);
    }

    [Fact]
    public async Task AskAsync_SignedTokenOlderThanAChangeOfUsers_LogsInAgain()
    {
        int logIns = 0;
        _etcd.Instead = async (path, _, context) =>
        {
            if (path == "/v3/auth/authenticate")
            {
                return $"{{\"token\":\"t{Interlocked.Increment(ref logIns)}\"}}";
            }

            if (context.Request.Headers.Authorization == "t1")
            {
                context.Response.StatusCode = 400;
                await context.Response.WriteAsync("{\"error\":\"etcdserver: revision of auth store is old\",\"code\":3}");
                return "";
            }

            return null;
        };
        using EtcdClient client = new(ConfigOf(ttlSeconds: 2).Engine with { UserName = "root", Password = new Secret("geheim456") });

        await AskAsync(client, 1);

        Assert.Equal(2, logIns);
    }

    /// <summary>A configuration that was copied, with the name and the address of the box that it came from.</summary>
    [Fact]
    public async Task Start_BoxWithThisNameLivesAtThisAddress_IsKeptOutAndSaysWhy()
    {
        _etcd.Put(NodeKey, "{\"rtsp\":\"rtsp://192.0.2.1:8554\",\"capacity\":100,\"life\":\"other\"}", lease: 7);
        _lifeThere = "other";

        Start(ConfigOf(ttlSeconds: 60));

        await Until.TrueAsync(() => _etcd.Count("/v3/kv/range") > 2, detail: Lines);
        Assert.Equal(
            ["Cluster: this box is kept out, and reads its cameras by itself where they allow more than one session: at rtsp://192.0.2.1:8554 another box "
                + "answers, which has the name \"a\" and that address, too: each box needs another cluster.node and cluster.advertise"],
            _log.Lines.Where(static line => line.Level >= LogLevel.Warning).Select(static line => line.Text));
        Assert.Equal(7, _etcd.LeaseOf(NodeKey));
        Assert.False(_watch.IsRead);

        _lifeThere = null; // it has gone
        await Until.TrueAsync(() => _watch.IsRead, detail: Lines);
    }

    [Fact]
    public async Task Start_BoxWithThisNameHasAnotherAddress_IsKeptOutAndSaysWhy()
    {
        _etcd.Put(NodeKey, "{\"rtsp\":\"rtsp://192.0.2.9:8554\",\"capacity\":100}", lease: 7);

        Start(ConfigOf(ttlSeconds: 60));

        await Until.TrueAsync(() => _etcd.Count("/v3/kv/range") > 2, detail: Lines);
        Assert.Contains(
            "box rtsp://192.0.2.9:8554 has the name \"a\", too: each box needs another cluster.node",
            Assert.Single(_log.Lines, static line => line.Level == LogLevel.Error).Text, StringComparison.Ordinal);
        Assert.Equal(7, _etcd.LeaseOf(NodeKey));
    }

    /// <summary>A program that died, and was started again before its lease ended.</summary>
    [Theory]
    [InlineData(null)] // it does not listen yet, or it is asked by an address that leads elsewhere
    [InlineData("life of a")]
    public async Task Start_EarlierLifeOfThisBox_ItsLeaseIsGivenBackAtOnce(string? lifeThere)
    {
        _etcd.Put(NodeKey, "{\"rtsp\":\"rtsp://192.0.2.1:8554\",\"capacity\":100,\"life\":\"earlier\"}", lease: 7);
        _lifeThere = lifeThere;

        await BeginAsync();

        Assert.Contains(_etcd.Asked, static one => one.Path == "/v3/lease/revoke" && one.Body["ID"]!.GetValue<string>() == "7");
    }

    /// <summary>From now on transactions are answered when it is completed.</summary>
    private TaskCompletionSource Hold()
    {
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _etcd.Instead = async (path, _, _) =>
        {
            if (path == Transaction)
            {
                await held.Task;
            }

            return null;
        };
        return held;
    }

    /// <summary>A machine that stands still for longer than an answer may take is asked again.</summary>
    private async Task<OwnerRecord> ClaimAsync(string stream)
    {
        OwnerRecord? owner = null;
        await Until.TrueAsync(async () => (owner = await _box!.ClaimAsync(stream, null)) is not null, detail: Lines);
        return owner!.Value;
    }

    private static async Task AskAsync(EtcdClient client, int count) => await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
    {
        using var answer = await client.AskAsync("/v3/kv/range", EtcdRequests.Range("/frp/"), TimeSpan.FromSeconds(60), default);
    }));

    private void Start(ClusterConfig config)
    {
        _box = new EtcdOwnership(config, "life of a", _ => Task.FromResult(_lifeThere), TimeProvider.System, _log);
        _box.Start(_watch);
    }

    /// <summary>Until it was read, and is watched.</summary>
    private async Task BeginAsync(int ttlSeconds = 5)
    {
        Start(ConfigOf(ttlSeconds));
        await Until.TrueAsync(() => _watch.IsRead && (_etcd.Watches > 0 || (_etcd.Instead is not null && _etcd.Count("/v3/watch") > 0)), detail: Lines);
    }

    private string Lines() => string.Join("\n", _log.Lines.TakeLast(20).Select(static line => line.Text)) + "\n"
        + string.Join(" ", _etcd.Asked.Select(static one => one.Path).TakeLast(30)) + "\n" + string.Join(" ", _watch.Told.TakeLast(30));

    private ClusterConfig ConfigOf(int ttlSeconds) => new()
    {
        Name = "site-1",
        Node = "a",
        Advertise = "rtsp://192.0.2.1:8554",
        Secret = new Secret("0123456789abcdef0123456789abcdef"),
        Engine = new ClusterEngineConfig { Kind = ClusterEngineKind.Etcd, Endpoints = [_etcd.Url], Ttl = TimeSpan.FromSeconds(ttlSeconds) },
    };

    private sealed class SlowStream(byte[] text, int step) : MemoryStream(text)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)'x');
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
