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

    /// <summary>The same as it was put.</summary>
    private readonly ConcurrentQueue<byte[]> _contents = new();
    private readonly SemaphoreSlim _edits = new(0);
    private readonly ClusterStreams _streams;
    private int _edited;

    /// <summary>What another box said cannot be had here.</summary>
    private volatile bool _refuses;

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

    /// <summary>The engine was slow, and tells of both when both were done here.</summary>
    [Fact]
    public async Task OnChangedThere_EarlierWordOfThisBox_DoesNotUndoTheLaterOne()
    {
        _store.Put("yard", Stored("yard", "one"), isOnDisk: false, []);
        _store.Put("yard", null, isOnDisk: false, []);
        await Until.TrueAsync(() => _contents.Count == 2);

        _streams.OnChangedThere("yard", _contents.ElementAt(0));
        _streams.OnChangedThere("yard", _contents.ElementAt(1));

        await FlushAsync(static () => true);
        Assert.Equal((0, null), (_edited, SourceOf("yard")));
    }

    /// <summary>Of two boxes that change a stream at once both have the one that the engine had last.</summary>
    [Theory]
    [InlineData(false, "mine", 2)]
    [InlineData(true, "theirs", 1)]
    public async Task OnChangedThere_BothBoxesChangeIt_TheLaterOneInTheEngineStands(bool theirsIsLater, string expected, int edits)
    {
        _store.Put("yard", Stored("yard", "mine"), isOnDisk: false, []);
        await Until.TrueAsync(() => _contents.Count == 1);
        byte[] mine = _contents.ElementAt(0);
        byte[] theirs = Encrypted("yard", "theirs");
        _edits.Release(2);

        _streams.OnChangedThere("yard", theirsIsLater ? mine : theirs);
        _streams.OnChangedThere("yard", theirsIsLater ? theirs : mine);

        await FlushAsync(() => Volatile.Read(ref _edited) == edits && SourceOf("yard") == expected);
        Assert.Equal(["yard mine", "other three"], _put);
    }

    /// <summary>A request changes the stream before the news of another box had its turn: it goes over it.</summary>
    [Fact]
    public async Task OnChangedThere_BehindItAChangeHere_IsNotDone()
    {
        _streams.OnChangedThere("first", Encrypted("first", "one"));
        await Until.TrueAsync(() => Volatile.Read(ref _edited) == 1);
        _streams.OnChangedThere("yard", Encrypted("yard", "theirs"));
        _store.Put("yard", Stored("yard", "mine"), isOnDisk: false, []);

        _edits.Release(2);

        await FlushAsync(() => _put.Contains("yard mine"));
        Assert.Equal((1, "mine"), (_edited, SourceOf("yard")));
    }

    /// <summary>An engine that came back empty is told what is here; one that has more is not told what is older.</summary>
    [Fact]
    public async Task OnAllRead_StreamsThatTheEngineDoesNotHave_AreToldToIt()
    {
        _store.Put("yard", Stored("yard", "one"), isOnDisk: false, []);
        await FlushAsync(static () => true);
        _put.Clear();

        _streams.OnAllRead([]);

        await Until.TrueAsync(() => _put.Count == 2);
        Assert.Equal(["other three", "yard one"], _put.Order());
    }

    /// <summary>This box lacks something that the new document needs (a role, a place): the other boxes keep what was said last.</summary>
    [Fact]
    public async Task OnAllRead_NewerOneCouldNotBeHadHere_StaysThereAsItIs()
    {
        _store.Put("yard", Stored("yard", "old"), isOnDisk: false, []);
        await FlushAsync(static () => true);
        _put.Clear();
        _refuses = true;
        _edits.Release();

        _streams.OnChangedThere("yard", Encrypted("yard", "new"));
        _streams.OnAllRead(["yard", "other"]);

        await FlushAsync(() => Volatile.Read(ref _edited) == 1, "four");
        Assert.Equal("old", SourceOf("yard"));
        Assert.Equal(["other four"], _put);
    }

    /// <summary>The secret of the cluster was changed: what stands in the engine is of no use to anybody.</summary>
    [Fact]
    public async Task OnAllRead_OneThatCannotBeRead_IsToldAnew()
    {
        _store.Put("yard", Stored("yard", "one"), isOnDisk: false, []);
        await FlushAsync(static () => true);
        _put.Clear();
        byte[] content = new ClusterSecrets("site-1", new Secret("another-secret-of-24-letters")).Encrypt("yard", "{}"u8);

        _streams.OnChangedThere("yard", content);
        _streams.OnAllRead(["yard", "other"]);

        await Until.TrueAsync(() => _put.Contains("yard one"));
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
    private async Task FlushAsync(Func<bool> isDone, string source = "three")
    {
        await Until.TrueAsync(isDone);
        _store.Put("other", Stored("other", source), isOnDisk: false, []);
        await Until.TrueAsync(() => _put.Contains("other " + source));
    }

    private string? SourceOf(string name) => _store.Find(name)?.Document["source"]!.GetValue<string>();

    private static StoredStream Stored(string name, string source) => new(name, new JsonObject { ["source"] = source }, IsPersisted: false);

    private static byte[] Encrypted(string name, string source) => s_secrets.Encrypt(name, JsonText.Write(Stored(name, source).Document));

    private Task<bool> PutAsync(string name, byte[] content)
    {
        _contents.Enqueue(content);
        byte[] plain = s_secrets.Decrypt(name, content)!;
        _put.Enqueue($"{name} {(plain.Length == 0 ? "-" : JsonText.Parse(plain, out _)!["source"])}");
        return Task.FromResult(true);
    }

    /// <summary>As the API does it: in turn, and the store tells.</summary>
    private async Task EditAsync(string name, JsonObject? document)
    {
        Interlocked.Increment(ref _edited);
        await _edits.WaitAsync();
        if (_refuses)
        {
            return;
        }

        _store.Put(name, document is null ? null : new StoredStream(name, (JsonObject)document.DeepClone(), IsPersisted: false), isOnDisk: false, []);
    }
}
