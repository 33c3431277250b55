using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Tests.Operations.Api;

namespace FastRtspProxy.Tests.Operations.Streams;

/// <summary>What requests made, over restarts, reloads, and what people do to the directory.</summary>
public sealed class StreamStoreTests
{
    private const string Camera = "{'source':'rtsp://c.example/a?token=geheim','username':'u','password':'geheim'}";

    [Fact]
    public async Task Restart_AfterChanges_FindsThemAgain()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", "/streams/gate%2F1", Camera);
        await bench.MustAsync(200, "PATCH", "/streams/gate%2F1", "{'hold':'5s'}");
        await bench.MustAsync(201, "PUT", "/streams/Gate", Camera);
        await bench.MustAsync(204, "DELETE", "/streams/Gate");
        await bench.MustAsync(201, "PUT", "/streams/lobby-*", "{'source':'rtsp://c/${1}'}");

        await using ApiBench again = bench.Restart();

        Assert.Empty(again.Started.Lines);
        Assert.Equal(["file", "gate/1", "lobby-*"], again.Reloader.Running.Streams.Select(static stream => stream.Name));
        StreamConfig gate = again.Reloader.Running.Streams[1];
        Assert.Equal(("geheim", "rtsp://c.example/a?token=geheim", ConfigOrigin.Api), (gate.Password!.Value, gate.Sources[0].Url, gate.Origin));
        Assert.Equal(TimeSpan.FromSeconds(5), gate.Hold);
        Assert.Equal(["gate%2f1.json", "lobby-%2a.json"], again.FileNames());
    }

    [Fact]
    public async Task Files_OfStreams_AreTheOwnersAlone()
    {
        await using ApiBench bench = new(folder: Path.Combine(Directory.CreateTempSubdirectory("frp-store-").FullName, "a", "b"));
        await bench.MustAsync(201, "PUT", "/streams/a", Camera);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(bench.PathOf("a.json")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(bench.Folder!));
        Assert.Single(Directory.EnumerateFileSystemEntries(bench.Folder!));
    }

    [Fact]
    public async Task Reload_FilesThatOthersMayTouch_AreSaidOnce()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", "/streams/a", Camera);
        File.SetUnixFileMode(bench.PathOf("a.json"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        File.SetUnixFileMode(bench.Folder!, (UnixFileMode)511);

        ApiAnswerText first = await bench.MustAsync(200, "POST", "/reload");
        ApiAnswerText second = await bench.MustAsync(200, "POST", "/reload");

        Assert.Contains("chmod o-r", first.Text, StringComparison.Ordinal);
        Assert.Contains("chmod o-w", first.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("chmod", second.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_BrokenFiles_AreNamedAndTheOthersAreLoaded()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", "/streams/good", Camera);
        await File.WriteAllTextAsync(bench.PathOf("half.json"), "{\"name\": \"half\", \"config\": {\"password\": \"geheim");
        await File.WriteAllTextAsync(bench.PathOf("empty.json"), "");
        await File.WriteAllTextAsync(bench.PathOf("other.json"), "{\"name\": \"another\", \"config\": {\"source\": \"rtsp://c/a\"}}");
        await File.WriteAllTextAsync(bench.PathOf("wrong.json"), "{\"name\": \"wrong\", \"config\": {\"sorce\": \"rtsp://u:geheim@c/a\"}}");
        await File.WriteAllTextAsync(bench.PathOf("file.json"), "{\"name\": \"file\", \"config\": {\"source\": \"rtsp://c/a\"}}");
        await File.WriteAllTextAsync(bench.PathOf("list.json"), "[]");
        await File.WriteAllTextAsync(bench.PathOf(".new-rest"), "{");
        await File.WriteAllTextAsync(bench.PathOf("README"), "{");
        await File.WriteAllTextAsync(bench.PathOf("surrogate.json"), "{\"name\": \"surrogate\", \"config\": {\"source\": \"\\ud800\"}}");
        await File.WriteAllTextAsync(bench.PathOf("key.json"), "{\"name\": \"key\", \"config\": {\"sources\": [{\"\\udc00\": 1}]}}");
        Directory.CreateDirectory(bench.PathOf("dir.json"));

        await using ApiBench again = bench.Restart();

        Assert.Equal(["file", "good"], again.Reloader.Running.Streams.Select(static stream => stream.Name));
        string said = string.Join('\n', again.Started.Lines);
        Assert.All(["half.json", "empty.json", "other.json", "\"wrong\"", "\"file\"", "list.json", "surrogate.json", "key.json"], name => Assert.Contains(name, said, StringComparison.Ordinal));
        Assert.DoesNotContain("geheim", said, StringComparison.Ordinal);
        Assert.False(File.Exists(bench.PathOf(".new-rest")));
        await again.MustAsync(409, "PUT", "/streams/file", "{'source':'rtsp://c/b'}");
        await again.MustAsync(200, "POST", "/reload");
    }

    [Fact]
    public async Task Reload_DirectoryChangedByHand_IsTakenAndSaidOnce()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", "/streams/a", Camera);
        await bench.MustAsync(201, "PUT", "/streams/b", Camera);
        await bench.MustAsync(201, "PUT", "/streams/c", Camera);
        File.Delete(bench.PathOf("a.json"));
        await File.WriteAllTextAsync(bench.PathOf("b.json"), "{");
        await File.WriteAllTextAsync(bench.PathOf("d.json"), "{\"name\": \"d\", \"config\": {\"source\": \"rtsp://u:p@c/a\"}}");

        ApiAnswerText first = await bench.MustAsync(200, "POST", "/reload");
        ApiAnswerText second = await bench.MustAsync(200, "POST", "/reload");

        Assert.Equal(["file", "b", "c", "d"], bench.Reloader.Running.Streams.Select(static stream => stream.Name));
        Assert.Contains("b.json", first.Json["warnings"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("[]", second.Json["warnings"]!.ToJsonString());
        Assert.Equal("[]", second.Json["applied"]!.ToJsonString());
        Assert.Equal("u", bench.Reloader.Running.Streams[3].UserName);
    }

    [Fact]
    public async Task Reload_FileTakesTheNameOfARequest_WinsUntilItIsGone()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", "/streams/a", Camera);
        string before = bench.Written;
        bench.Written = "streams: {a: {source: rtsp://192.0.2.9/a}}";

        ApiAnswerText taken = await bench.MustAsync(200, "POST", "/reload");
        Assert.Equal("file", (string?)(await bench.MustAsync(200, "GET", "/streams/a")).Json["origin"]);
        await bench.MustAsync(409, "DELETE", "/streams/a");
        bench.Written = before;
        await bench.MustAsync(200, "POST", "/reload");

        Assert.Contains("that one counts", taken.Json["warnings"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("api", (string?)(await bench.MustAsync(200, "GET", "/streams/a")).Json["origin"]);
    }

    [Fact]
    public async Task Reload_FileTakesARoleAway_LeavesTheStreamOutAndIsTaken()
    {
        await using ApiBench bench = new("auth: {roles: {guard: {may: [read]}}}\nstreams: {file: {source: rtsp://192.0.2.9/a}}");
        await bench.MustAsync(201, "PUT", "/streams/a", "{'source':'rtsp://c/a','allow':{'roles':['guard']}}");
        await bench.MustAsync(201, "PUT", "/streams/b", "{'source':'rtsp://c/a'}");
        bench.Written = "streams: {file: {source: rtsp://192.0.2.9/a}}";

        ApiAnswerText taken = await bench.MustAsync(200, "POST", "/reload");

        Assert.Equal(["file", "b"], bench.Reloader.Running.Streams.Select(static stream => stream.Name));
        Assert.Contains("guard", taken.Json["warnings"]!.ToJsonString(), StringComparison.Ordinal);
        await bench.MustAsync(201, "PUT", "/streams/c", "{'source':'rtsp://c/a'}"); // one that is left out keeps no other from being made
    }

    [Fact]
    public async Task Persist_False_GoesWithTheProgram()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", "/streams/kept", "{'source':'rtsp://c/a'}");
        await bench.MustAsync(201, "PUT", "/streams/gone", "{'source':'rtsp://c/a'}");
        ApiAnswerText made = await bench.MustAsync(201, "PUT", "/streams/new?persist=false", Camera);
        await bench.MustAsync(200, "PATCH", "/streams/kept?persist=false", "{'hold':'5s'}");
        await bench.MustAsync(204, "DELETE", "/streams/gone?persist=false");
        await bench.MustAsync(200, "POST", "/reload");

        Assert.False((bool)made.Json["persisted"]!);
        Assert.Equal(["file", "kept", "new"], bench.Reloader.Running.Streams.Select(static stream => stream.Name));
        Assert.Equal(TimeSpan.FromSeconds(5), bench.Reloader.Running.Streams[1].Hold);
        await using ApiBench again = bench.Restart();
        Assert.Equal(["file", "gone", "kept"], again.Reloader.Running.Streams.Select(static stream => stream.Name));
        Assert.Equal(TimeSpan.FromSeconds(30), again.Reloader.Running.Streams[2].Hold);
    }

    /// <summary>What is no file cannot be taken away as one, also not by root.</summary>
    [Fact]
    public async Task Delete_FileThatCannotBeTakenAway_IsRefusedAndTheStreamStays()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", "/streams/a", Camera);
        File.Delete(bench.PathOf("a.json"));
        Directory.CreateDirectory(bench.PathOf("a.json"));

        ApiAnswerText refused = await bench.MustAsync(507, "DELETE", "/streams/a");

        Assert.Contains("cannot be taken away", refused.Text, StringComparison.Ordinal);
        await bench.MustAsync(200, "GET", "/streams/a");
        await bench.MustAsync(204, "DELETE", "/streams/a?persist=false");
        await bench.MustAsync(404, "GET", "/streams/a");
    }

    [Fact]
    public async Task Delete_EngineThatFails_LeavesTheFile()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", "/streams/a", Camera);
        string before = await File.ReadAllTextAsync(bench.PathOf("a.json"));
        bench.Proxy.Throws = true;

        await bench.MustAsync(500, "DELETE", "/streams/a");

        Assert.Equal(before, await File.ReadAllTextAsync(bench.PathOf("a.json")));
        Assert.Single(bench.FileNames());
    }

    [Fact]
    public async Task Put_NoDirectory_GoesWithTheProgramAndSaysSo()
    {
        await using ApiBench bench = new(folder: null);

        ApiAnswerText made = await bench.MustAsync(201, "PUT", "/streams/a", Camera);
        await bench.MustAsync(200, "POST", "/reload");

        Assert.False((bool)made.Json["persisted"]!);
        await bench.MustAsync(200, "GET", "/streams/a");
        await bench.MustAsync(204, "DELETE", "/streams/a");
        Assert.Single(bench.Reloader.Running.Streams);
    }

    [Fact]
    public async Task Start_DirectoryThatIsAFile_IsSaidAndTheRestRuns()
    {
        string file = Path.GetTempFileName();

        await using ApiBench bench = new(folder: file);

        Assert.Contains("streamsDirectory", Assert.Single(bench.Started.Lines), StringComparison.Ordinal);
        await bench.MustAsync(507, "PUT", "/streams/a", Camera);
        Assert.False((bool)(await bench.MustAsync(201, "PUT", "/streams/a?persist=false", Camera)).Json["persisted"]!);
        File.Delete(file);
    }
}
