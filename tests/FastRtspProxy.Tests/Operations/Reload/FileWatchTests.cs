using FastRtspProxy.Operations.Reload;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Operations.Reload;

/// <summary>Files that change in each of the ways in which people and platforms change them.</summary>
public sealed class FileWatchTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("frp-watch-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Stamp_WrittenInPlace_IsAnother()
    {
        string path = Write("file", "one");
        FileStamp before = FileStamp.Of(path);

        File.AppendAllText(path, "more");

        Assert.NotEqual(before, FileStamp.Of(path));
    }

    /// <summary><c>cp -p</c> beside it and a rename: size and time are the old ones.</summary>
    [Fact]
    public void Stamp_RenamedOverWithTheSameSizeAndTime_IsAnother()
    {
        string path = Write("file", "one");
        FileStamp before = FileStamp.Of(path);
        string beside = Write("beside", "two");
        File.SetLastWriteTimeUtc(beside, File.GetLastWriteTimeUtc(path));

        File.Move(beside, path, overwrite: true);

        Assert.NotEqual(before, FileStamp.Of(path));
    }

    [Fact]
    public void Stamp_LinkedDirectoryIsTurned_IsAnother()
    {
        Directory.CreateDirectory(In("v1"));
        Directory.CreateDirectory(In("v2"));
        string first = Write("v1/file", "one");
        string second = Write("v2/file", "two");
        File.SetLastWriteTimeUtc(second, File.GetLastWriteTimeUtc(first));
        Directory.CreateSymbolicLink(In("current"), "v1");
        File.CreateSymbolicLink(In("file"), "current/file");
        FileStamp before = FileStamp.Of(In("file"));

        Directory.Delete(In("current"));
        Directory.CreateSymbolicLink(In("current"), "v2");

        Assert.NotEqual(before, FileStamp.Of(In("file")));
    }

    [Fact]
    public void Stamp_Missing_IsItselfUntilItIsThere()
    {
        FileStamp missing = FileStamp.Of(In("none"));

        Assert.Null(missing.Identity);
        Assert.Equal(missing, FileStamp.Of(In("none")));
        Write("none", "here");
        Assert.NotEqual(missing, FileStamp.Of(In("none")));
    }

    [Fact]
    public async Task Watch_FileChanges_IsReadOnceAndAgainAtTheNextChange()
    {
        string path = Write("file", "one");
        FakeTimeProvider time = new();
        List<ReloadCause> causes = [];
        await using FileWatch watch = new(time);
        watch.Start([FileStamp.Of(path)], Reads(path, causes));

        File.AppendAllText(path, "two");
        await Until.TrueAsync(() => Tick(time) && Count(causes) == 1, 30);
        File.AppendAllText(path, "three");
        await Until.TrueAsync(() => Tick(time) && Count(causes) == 2, 30);

        Assert.Equal([ReloadCause.FileChanged, ReloadCause.FileChanged], causes);
    }

    [Fact]
    public async Task Watch_HangUpBeforeTheStart_IsKept()
    {
        string path = Write("file", "one");
        List<ReloadCause> causes = [];
        await using FileWatch watch = new(new FakeTimeProvider());

        watch.OnHangUp();
        watch.Start([FileStamp.Of(path)], Reads(path, causes));

        await Until.TrueAsync(() => Count(causes) == 1, 30);
        Assert.Equal([ReloadCause.HangUp], causes);
    }

    /// <summary>The change was read with the hang-up: nothing is left for the next look.</summary>
    [Fact]
    public async Task Watch_HangUpBehindAChange_ReadsOnce()
    {
        string path = Write("file", "one");
        FakeTimeProvider time = new();
        List<ReloadCause> causes = [];
        FileWatch watch = new(time);
        watch.Start([FileStamp.Of(path)], Reads(path, causes));

        File.AppendAllText(path, "two");
        watch.OnHangUp();
        await Until.TrueAsync(() => Count(causes) == 1, 30);
        for (int second = 0; second < 5; second++)
        {
            Tick(time);
        }

        await watch.DisposeAsync();
        Assert.Equal([ReloadCause.HangUp], causes);
    }

    private static Func<ReloadCause, Task<IReadOnlyList<FileStamp>>> Reads(string path, List<ReloadCause> causes) => cause =>
    {
        IReadOnlyList<FileStamp> stamps = [FileStamp.Of(path)];
        lock (causes)
        {
            causes.Add(cause);
        }

        return Task.FromResult(stamps);
    };

    private static int Count(List<ReloadCause> causes)
    {
        lock (causes)
        {
            return causes.Count;
        }
    }

    private static bool Tick(FakeTimeProvider time)
    {
        time.Advance(TimeSpan.FromSeconds(1));
        return true;
    }

    private string In(string name) => Path.Combine(_directory.FullName, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }
}
