using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Api;
using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Streams;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Operations.Api;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>Streams of the API on their way between a box and the engine.</summary>
public sealed class ClusterStreamsTests : IAsyncLifetime
{
    private static readonly ClusterSecrets s_secrets = new("site-1", new Secret("0123456789abcdef0123456789abcdef"));

    private readonly StreamStore _store = new(static _ => false);
    private readonly ConcurrentQueue<string> _put = new();
    private readonly SemaphoreSlim _edits = new(0);
    private readonly ClusterStreams _streams;
    private int _edited;

    public ClusterStreamsTests() => _streams = new ClusterStreams(s_secrets, PutAsync, EditAsync, _store, TimeProvider.System, NullLogger.Instance);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _streams.DisposeAsync();
        _edits.Dispose();
    }

    /// <summary>Two boxes would echo them to each other for ever, the older one too.</summary>
    [Fact]
    public async Task OnChangedThere_TwoChangesOfOneStreamTogether_AreDoneHereAndNotToldToTheEngine()
    {
        _streams.OnChangedThere("yard", Encrypted("yard", "one"));
        _streams.OnChangedThere("yard", Encrypted("yard", "two"));

        _edits.Release(2);

        await FlushAsync(() => SourceOf("yard") == "two");
        Assert.Equal(["other three"], _put);
        Assert.Equal(2, _edited);
    }

    [Fact]
    public async Task OnChangedThere_Removed_IsRemovedHereAndNotToldToTheEngine()
    {
        _streams.OnChangedThere("yard", Encrypted("yard", "one"));
        _streams.OnChangedThere("yard", s_secrets.Encrypt("yard", []));

        _edits.Release();
        await Until.TrueAsync(() => SourceOf("yard") == "one");
        _edits.Release();

        await FlushAsync(() => SourceOf("yard") is null);
        Assert.Equal(["other three"], _put);
    }

    /// <summary>A request changes the stream while the box does what another one said.</summary>
    [Fact]
    public async Task Changed_WhileAnotherBoxesChangeIsBeingDone_IsToldToTheEngine()
    {
        _streams.OnChangedThere("yard", Encrypted("yard", "one"));
        await Until.TrueAsync(() => Volatile.Read(ref _edited) == 1);

        _store.Put("yard", Stored("yard", "mine"), isOnDisk: false, []);
        _edits.Release();

        await FlushAsync(() => SourceOf("yard") == "one");
        Assert.Equal(["yard mine", "other three"], _put);
    }

    /// <summary>A password that was taken away at another box is taken away here, too; a request of a user that says none keeps it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EditAsync_WithoutThePassword_KeepsItUnlessThatIsAll(bool isWhole)
    {
        await using ApiBench bench = new(folder: null);
        StreamEditor editor = new(bench.Reloader, bench.Store, new StreamRevisions(), NullLogger.Instance);
        JsonObject first = new() { ["source"] = "rtsp://192.0.2.7/a", ["username"] = "u", ["password"] = "geheim" };
        Assert.Null((await editor.EditAsync(new EditRequest("yard", first))).Problem);

        JsonObject second = new() { ["source"] = "rtsp://192.0.2.7/a", ["username"] = "u" };
        Assert.Null((await editor.EditAsync(new EditRequest("yard", second) { IsWhole = isWhole })).Problem);

        Assert.Equal(isWhole, bench.Store.Find("yard")!.Document["password"] is null);
    }

    /// <summary>What a request of this box changes comes behind all that was under way.</summary>
    private async Task FlushAsync(Func<bool> isDone)
    {
        await Until.TrueAsync(isDone);
        _store.Put("other", Stored("other", "three"), isOnDisk: false, []);
        await Until.TrueAsync(() => _put.Contains("other three"));
    }

    private string? SourceOf(string name) => _store.Find(name)?.Document["source"]!.GetValue<string>();

    private static StoredStream Stored(string name, string source) => new(name, new JsonObject { ["source"] = source }, IsPersisted: false);

    private static byte[] Encrypted(string name, string source) => s_secrets.Encrypt(name, JsonText.Write(Stored(name, source).Document));

    private Task<bool> PutAsync(string name, byte[] content)
    {
        byte[] plain = s_secrets.Decrypt(name, content)!;
        _put.Enqueue($"{name} {(plain.Length == 0 ? "-" : JsonText.Parse(plain, out _)!["source"])}");
        return Task.FromResult(true);
    }

    /// <summary>As the API does it: in turn, and the store tells.</summary>
    private async Task EditAsync(string name, JsonObject? document)
    {
        Interlocked.Increment(ref _edited);
        await _edits.WaitAsync();
        _store.Put(name, document is null ? null : new StoredStream(name, (JsonObject)document.DeepClone(), IsPersisted: false), isOnDisk: false, []);
    }
}
