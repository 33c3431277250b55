using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>Files that are no configuration at all.</summary>
public sealed class BadFileTests
{
    private const string Good = "streams: {a: {source: rtsp://192.0.2.9/a}}\n";

    /// <summary>By names: the bytes are made in the test, some of them are many.</summary>
    private static readonly Dictionary<string, (Func<byte[]> Bytes, string Expected)> s_cases = new()
    {
        ["nothing"] = (static () => [], ": the file is empty: is somebody writing it just now?"),
        ["blanks"] = (static () => Encoding.UTF8.GetBytes(" \n\n"), ": the file is empty"),
        ["a mark alone"] = (static () => [0xef, 0xbb, 0xbf], ": the file is empty"),
        ["UTF-16"] = (
            static () => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Good)], ": the file is UTF-16 or UTF-32: save it as UTF-8"),
        ["UTF-16, big end first"] = (
            static () => [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Good)], ": the file is UTF-16 or UTF-32"),
        ["UTF-16 without a mark"] = (static () => Encoding.Unicode.GetBytes(Good), ": the file is UTF-16 or UTF-32"),
        ["UTF-16, big end first, without a mark"] = (static () => Encoding.BigEndianUnicode.GetBytes(Good), ": the file is UTF-16 or UTF-32"),
        ["UTF-32 without a mark"] = (static () => Encoding.UTF32.GetBytes(Good), ": the file is UTF-16 or UTF-32"),
        ["Latin-1"] = (static () => Encoding.Latin1.GetBytes("# a\n# Stra\u00dfe\n" + Good), ":2:7: the file is not UTF-8: save it so"),
        ["a zero byte"] = (static () => Encoding.UTF8.GetBytes("# a\nb\0c: d\n" + Good), ":2:2: the file holds a zero byte"),
        ["1 MB and a byte"] = (static () => new byte[ConfigText.BytesMax + 1], ": the file is larger than 1 MB"),
        ["100 MB"] = (static () => Encoding.UTF8.GetBytes(Good + new string('#', 100 << 20)), ": the file is larger than 1 MB"),
        ["half a line"] = (static () => Encoding.UTF8.GetBytes(Good[..20]), "the file ends in the middle of something"),
        ["brackets"] = (static () => Encoding.UTF8.GetBytes(new string('[', 100_000)), ":1:33: sections and lists are nested deeper than 32"),
        ["aliases"] = (static () => Encoding.UTF8.GetBytes(Bomb()), "the aliases of the file stand for more than 100000 values: write what is meant"),
    };

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Load_BytesThatAreNoConfiguration_AreToldInASentence(string name)
    {
        (Func<byte[]> bytes, string expected) = s_cases[name];

        LoadedConfig loaded = new ConfigBench().Load(bytes());

        Assert.Null(loaded.Config);
        Assert.Contains(expected, loaded.Lines.First(), StringComparison.Ordinal);
        Assert.StartsWith(ConfigBench.File + ":", loaded.Lines.First(), StringComparison.Ordinal);
    }

    /// <summary>A file of some hundred bytes that would be ten thousand million values.</summary>
    [Fact]
    public void Load_AliasesThatMultiply_AreRefusedWithoutBeingWalked()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();

        new ConfigBench().Load(Bomb());

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 << 20);
    }

    /// <summary>
    /// Whatever is cut off while somebody writes the file: never an exception, and no configuration without the last stream unless the rest was
    /// whole.
    /// </summary>
    [Fact]
    public void Load_EveryBeginningOfAFile_IsToldOrTaken()
    {
        string text = "log: {level: info}\ndefaults:\n  linger: 10s\n  username: \"a b\"\nstreams:\n  gate/1:\n    source: rtsp://192.0.2.9/a\n  \"x-*\": {source: 'rtsp://192.0.2.9/${1}'}\n";
        for (int length = 0; length <= text.Length; length++)
        {
            LoadedConfig loaded = new ConfigBench().Load(text[..length]);

            Assert.True(loaded.Config is not null || loaded.Remarks.Any(static remark => !remark.IsWarning), text[..length]);
        }
    }

    [Fact]
    public void Load_ByteOrderMarkOfUtf8_IsSkipped()
    {
        LoadedConfig loaded = new ConfigBench().Load([0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(Good)]);

        Assert.NotNull(loaded.Config);
    }

    [Fact]
    public void Load_FilesOfThisMachine_AreToldWhatIsWrongWithThem()
    {
        string folder = Directory.CreateTempSubdirectory("frp-config-").FullName;
        try
        {
            string missing = Path.Combine(folder, "missing.yaml");
            string good = Path.Combine(folder, "good.yaml");
            File.WriteAllText(good, Good);

            Assert.Equal($"{missing}: the configuration file does not exist", Assert.Single(Load(missing)));
            Assert.Equal($"{missing}/x: the configuration file does not exist", Assert.Single(Load(missing + "/x")));
            Assert.Equal($"{folder}: the configuration file is a directory: name the file in it", Assert.Single(Load(folder)));
            Assert.StartsWith($"{good}/x: the configuration file ", Assert.Single(Load(good + "/x")), StringComparison.Ordinal);
            Assert.Equal("/dev/zero: the configuration file is a device: name a file", Assert.Single(Load("/dev/zero")));
            Assert.Equal("/dev/null: the configuration file is a device: name a file", Assert.Single(Load("/dev/null")));
            Assert.Equal("/proc/self/mem: the configuration file cannot be read: Input/output error", Assert.Single(Load("/proc/self/mem")));
            Assert.Empty(Load(good));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

    }

    /// <summary>Nobody writes to the pipe: whoever opens it as a file waits forever.</summary>
    [Fact]
    public async Task Load_PipeOrSocketInPlaceOfAFile_IsToldAtOnce()
    {
        string folder = Directory.CreateTempSubdirectory("frp-config-").FullName;
        try
        {
            string pipe = Path.Combine(folder, "pipe");
            string address = Path.Combine(folder, "socket");
            string link = Path.Combine(folder, "link");
            string good = Path.Combine(folder, "good.yaml");
            using Process made = Process.Start("mkfifo", pipe);
            await made.WaitForExitAsync();
            File.CreateSymbolicLink(link, pipe);
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint(address));
            File.WriteAllText(good, "streams: {a: {source: rtsp://192.0.2.9/a, username: \"${file:pipe}\"}}\n");

            string[] lines = await Task.Run(() => (string[])[.. Load(pipe), .. Load(link), .. Load(address), .. Load(good)]).WaitAsync(TimeSpan.FromMinutes(1));

            Assert.Equal(4, lines.Length);
            Assert.StartsWith($"{pipe}: the configuration file is a pipe", lines[0], StringComparison.Ordinal);
            Assert.StartsWith($"{link}: the configuration file is a pipe", lines[1], StringComparison.Ordinal);
            Assert.StartsWith($"{address}: the configuration file is a socket", lines[2], StringComparison.Ordinal);
            Assert.Contains($"streams.a.username: \"${{file:pipe}}\": \"{pipe}\" is a pipe", lines[3], StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task LoadAsync_GoodFile_IsReadOnTheThreadPool()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Good);

            LoadedConfig loaded = await ConfigLoader.OfThisMachine(DiskFiles.Instance).LoadAsync(file, ConfigArguments.None);

            Assert.NotNull(loaded.Config);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IEnumerable<string> Load(string file) => ConfigLoader.OfThisMachine(DiskFiles.Instance).Load(file, ConfigArguments.None).Lines;

    private static string Bomb()
    {
        StringBuilder text = new("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++)
        {
            text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        return text + Good;
    }
}
