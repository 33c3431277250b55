using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>The part of etcd's gateway that a cluster uses, in memory; and whatever a test says in its place. Leases end when a test says so.</summary>
internal sealed class FakeEtcd : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Row> _rows = new(StringComparer.Ordinal);
    private readonly HashSet<long> _leases = [];
    private readonly List<(long Revision, string Line)> _events = [];
    private readonly List<Channel<string>> _watches = [];
    private long _revision = 1;
    private long _lastLease = 100;

    private FakeEtcd(WebApplication app) => _app = app;

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>What was asked, in its order.</summary>
    public ConcurrentQueue<(string Path, JsonNode Body)> Asked { get; } = new();

    /// <summary>Those that are open now, and are told.</summary>
    public int Watches
    {
        get
        {
            lock (_lock)
            {
                return _watches.Count;
            }
        }
    }

    /// <summary>Answers in the place of this; null, or what it gives is null: as usual. It may wait.</summary>
    public Func<string, JsonNode, HttpContext, Task<string?>>? Instead { get; set; }

    public static async Task<FakeEtcd> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0));
        FakeEtcd etcd = new(builder.Build());
        etcd._app.Run(etcd.WorkAsync);
        await etcd._app.StartAsync();
        return etcd;
    }

    public int Count(string path) => Asked.Count(one => one.Path == path);

    /// <summary>All watches are told a line, as it is.</summary>
    public void Tell(string line)
    {
        lock (_lock)
        {
            _watches.ForEach(watch => watch.Writer.TryWrite(line));
        }
    }

    /// <summary>A key of somebody else's.</summary>
    public void Put(string key, string value, long lease = 0, bool isTold = true)
    {
        lock (_lock)
        {
            PutInLock(key, Base64(value), lease, isTold);
        }
    }

    /// <summary>The keys go, and the next renewal is told so.</summary>
    public void EndLease(long lease)
    {
        lock (_lock)
        {
            _leases.Remove(lease);
            DeleteInLock([.. _rows.Where(row => row.Value.Lease == lease).Select(static row => row.Key)]);
        }
    }

    public long? LeaseOf(string key)
    {
        lock (_lock)
        {
            return _rows.TryGetValue(key, out Row? row) ? row.Lease : null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _watches.ForEach(static watch => watch.Writer.TryComplete());
        }

        await _app.DisposeAsync();
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Text(JsonNode? base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64!.GetValue<string>()));

    private async Task WorkAsync(HttpContext context)
    {
        JsonNode body = (await JsonNode.ParseAsync(context.Request.Body))!;
        string path = context.Request.Path;
        Asked.Enqueue((path, body));
        try
        {
            string? answer = Instead is { } instead ? await instead(path, body, context) : null;
            if (answer is null && path == "/v3/watch")
            {
                await WatchAsync(context, NumberIn(body["create_request"]!, "start_revision"));
                return;
            }

            answer ??= Answer(path, body).ToJsonString();
            await context.Response.WriteAsync(answer);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Whoever asked has gone.
        }
    }

    private async Task WatchAsync(HttpContext context, long from)
    {
        Channel<string> lines = Channel.CreateUnbounded<string>();
        lock (_lock)
        {
            lines.Writer.TryWrite("{\"result\":{\"created\":true}}");
            _events.Where(one => one.Revision >= from).ToList().ForEach(one => lines.Writer.TryWrite(one.Line));
            _watches.Add(lines);
        }

        try
        {
            await foreach (string line in lines.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(line + "\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        finally
        {
            lock (_lock)
            {
                _watches.Remove(lines);
            }
        }
    }

    private JsonObject Answer(string path, JsonNode body)
    {
        lock (_lock)
        {
            return path switch
            {
                "/v3/kv/range" => Headed(RangeInLock(body)),
                "/v3/kv/put" => PutInLock(Text(body["key"]), body["value"]!.GetValue<string>(), NumberIn(body), isTold: true),
                "/v3/kv/txn" => TransactInLock(body),
                "/v3/lease/grant" => GrantInLock(body),
                "/v3/lease/keepalive" => new JsonObject { ["result"] = RenewalInLock(NumberIn(body, "ID")) },
                "/v3/lease/revoke" => RevokeInLock(NumberIn(body, "ID")),
                _ => throw new InvalidOperationException(path),
            };
        }
    }

    private static long NumberIn(JsonNode body, string name = "lease") => long.Parse(body[name]?.GetValue<string>() ?? "0", CultureInfo.InvariantCulture);

    private JsonObject Headed(JsonObject answer)
    {
        answer["header"] = new JsonObject { ["revision"] = $"{_revision}" };
        return answer;
    }

    private JsonObject GrantInLock(JsonNode body)
    {
        _leases.Add(++_lastLease);
        return Headed(new JsonObject { ["ID"] = $"{_lastLease}", ["TTL"] = $"{body["TTL"]}" });
    }

    private JsonObject RenewalInLock(long lease)
    {
        JsonObject answer = Headed(new JsonObject { ["ID"] = $"{lease}" });
        if (_leases.Contains(lease))
        {
            answer["TTL"] = "60";
        }

        return answer;
    }

    private JsonObject RevokeInLock(long lease)
    {
        _leases.Remove(lease);
        DeleteInLock([.. _rows.Where(row => row.Value.Lease == lease).Select(static row => row.Key)]);
        return Headed([]);
    }

    private JsonObject RangeInLock(JsonNode body)
    {
        string from = Text(body["key"]);
        string? to = body["range_end"] is { } end ? Text(end) : null;
        JsonArray found = [.. _rows.Where(row => to is null ? row.Key == from : string.CompareOrdinal(row.Key, from) >= 0 && string.CompareOrdinal(row.Key, to) < 0)
            .Select(static row => (JsonNode)row.Value.Json(row.Key))];
        return found.Count == 0 ? [] : new JsonObject { ["kvs"] = found };
    }

    private JsonObject PutInLock(string key, string value, long lease, bool isTold)
    {
        _revision++;
        WriteInLock(key, value, lease, isTold);
        return Headed([]);
    }

    private void WriteInLock(string key, string value, long lease, bool isTold)
    {
        Row row = new(value, _rows.TryGetValue(key, out Row? known) ? known.Created : _revision, _revision, lease);
        _rows[key] = row;
        if (isTold)
        {
            TellEvents(new JsonObject { ["kv"] = row.Json(key) });
        }
    }

    private void DeleteInLock(IReadOnlyCollection<string> keys)
    {
        if (keys.Count > 0)
        {
            _revision++;
            foreach (string key in keys)
            {
                _rows.Remove(key);
            }

            TellEvents([.. keys.Select(key => new JsonObject
            {
                ["type"] = "DELETE",
                ["kv"] = new JsonObject { ["key"] = Base64(key), ["mod_revision"] = $"{_revision}" },
            })]);
        }
    }

    private void TellEvents(params JsonObject[] events)
    {
        string line = new JsonObject { ["result"] = new JsonObject { ["events"] = new JsonArray([.. events]) } }.ToJsonString();
        _events.Add((_revision, line));
        _watches.ForEach(watch => watch.Writer.TryWrite(line));
    }

    /// <summary>Those inside one are of one revision, as etcd has it.</summary>
    private JsonObject TransactInLock(JsonNode body)
    {
        _revision++;
        JsonObject answer = InsideInLock(body);
        return Headed(answer);
    }

    private JsonObject InsideInLock(JsonNode body)
    {
        bool succeeded = (body["compare"] as JsonArray ?? []).All(compare =>
            NumberIn(compare!, "create_revision") == (_rows.TryGetValue(Text(compare!["key"]), out Row? row) ? row.Created : 0));
        JsonArray responses = [];
        foreach (JsonNode? operation in (body[succeeded ? "success" : "failure"] as JsonArray) ?? [])
        {
            if (operation!["request_txn"] is { } inside)
            {
                responses.Add((JsonNode)new JsonObject { ["response_txn"] = InsideInLock(inside) });
            }
            else if (operation["request_put"] is { } put)
            {
                WriteInLock(Text(put["key"]), put["value"]!.GetValue<string>(), NumberIn(put), isTold: true);
                responses.Add((JsonNode)new JsonObject { ["response_put"] = new JsonObject() });
            }
            else if (operation["request_range"] is { } range)
            {
                responses.Add((JsonNode)new JsonObject { ["response_range"] = RangeInLock(range) });
            }
            else if (operation["request_delete_range"] is { } delete)
            {
                string key = Text(delete["key"]);
                _rows.Remove(key);
                TellEvents(new JsonObject { ["type"] = "DELETE", ["kv"] = new JsonObject { ["key"] = Base64(key), ["mod_revision"] = $"{_revision}" } });
                responses.Add((JsonNode)new JsonObject { ["response_delete_range"] = new JsonObject() });
            }
        }

        JsonObject answer = new() { ["responses"] = responses };
        if (succeeded)
        {
            answer["succeeded"] = true;
        }

        return answer;
    }

    private sealed record Row(string Value, long Created, long Changed, long Lease)
    {
        public JsonObject Json(string key) => new()
        {
            ["key"] = Base64(key),
            ["value"] = Value,
            ["create_revision"] = $"{Created}",
            ["mod_revision"] = $"{Changed}",
            ["lease"] = $"{Lease}",
        };
    }
}
