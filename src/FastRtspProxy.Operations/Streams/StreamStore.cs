using System.Collections.Immutable;
using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Streams;

/// <summary>
/// The streams that requests made, beside the configuration that people wrote: what is read at the start and at each reload is both. Without a
/// directory they go with the program. Changed by whoever has the turn of the <see cref="Reloader"/>, and read by any thread.
/// </summary>
/// <param name="isOwn">True for addresses of this machine.</param>
internal sealed class StreamStore(Func<IPAddress, bool> isOwn)
{
    /// <summary>As many as the largest configuration is thought to have, twice over: what requests can make grow has a bound.</summary>
    public const int StreamsMax = 10_000;

    /// <summary>Of a stream's keys in JSON: some thirty keys have a tenth of it.</summary>
    public const int DocumentBytesMax = 16 << 10;

    /// <summary>What was told of streams that are left out: once each, as long as it stays.</summary>
    private HashSet<string> _said = [];

    /// <summary>What a reload has read and is to be told, until it is known whether it counts.</summary>
    private (State State, HashSet<string> Said)? _read;

    /// <summary>Replaced as a whole, by whoever has the turn.</summary>
    private State _now = new(new ProxyConfig(), ImmutableSortedDictionary.Create<string, StoredStream?>(StringComparer.Ordinal));

    /// <summary>Where they are kept; null: nowhere. Set at the start.</summary>
    public StreamFiles? Files { get; private set; }

    /// <summary>The configuration that people wrote, as it counts.</summary>
    public ProxyConfig Written => Now.Written;

    private State Now => Volatile.Read(ref _now);

    /// <summary>That of a name; null: there is none.</summary>
    public StoredStream? Find(string name) => Now.Streams.GetValueOrDefault(name);

    /// <summary>
    /// Told of each stream that a request has made, changed or removed (null), in the turn of the reloader; null: nobody wants to know.
    /// </summary>
    public Action<string, StoredStream?>? Changed { get; set; }

    /// <summary>All of them.</summary>
    public IEnumerable<StoredStream> All => Now.Present;

    /// <summary>The first reading, before there are sockets.</summary>
    public LoadedConfig Begin(LoadedConfig written)
    {
        if (written.Config?.StreamsDirectory is { } directory)
        {
            Files = new StreamFiles(directory, DiskFiles.Instance);
        }

        LoadedConfig whole = WithStreams(written);
        Take(whole.Config is not null, isTold: true);
        return whole;
    }

    /// <summary>A reading of what people wrote, with the streams of requests as they are on the disk now.</summary>
    public async Task<LoadedConfig> ReadAsync(Func<Task<LoadedConfig>> read)
    {
        LoadedConfig written = await read();
        return await Outbound.RunAsync(() => Task.FromResult(WithStreams(written)));
    }

    /// <summary>What was read counts, or does not.</summary>
    public Task OnReloadedAsync(ReloadResult result)
    {
        Take(result.IsTaken && !result.IsDryRun, isTold: !result.IsDryRun);
        return Task.CompletedTask;
    }

    /// <summary>The whole as it is with one stream more, or another one of its name. Nothing is changed.</summary>
    public WholeConfig With(StoredStream stream)
    {
        State now = Now;
        IEnumerable<StoredStream> others = now.Present.Where(other => other.Name != stream.Name);
        return WholeConfig.Of(now.Written, [.. others, stream], isOwn); // of two that do not fit together it is the later one that is refused
    }

    /// <summary>The whole as it is without a stream. Nothing is changed.</summary>
    public WholeConfig Without(string name) => WholeConfig.Of(Now.Written, Now.Present.Where(other => other.Name != name), isOwn);

    /// <summary>The streams that do not count as it is, by name.</summary>
    public IReadOnlyCollection<string> LeftOut => Now.LeftOut;

    /// <summary>How many there are.</summary>
    public int Count => Now.Present.Count();

    /// <summary>From now on it is so. In turn.</summary>
    /// <param name="name">Of the stream.</param>
    /// <param name="stream">Null: it is gone.</param>
    /// <param name="isOnDisk">Its file is still there, with what was before.</param>
    /// <param name="leftOut">See <see cref="LeftOut"/>.</param>
    public void Put(string name, StoredStream? stream, bool isOnDisk, IEnumerable<string> leftOut)
    {
        State now = Now;
        var streams = stream is null && !isOnDisk ? now.Streams.Remove(name) : now.Streams.SetItem(name, stream);
        Volatile.Write(ref _now, new State(now.Written, streams) { LeftOut = [.. leftOut] });
        Changed?.Invoke(name, stream);
    }

    private void Take(bool counts, bool isTold)
    {
        if (_read is { } read)
        {
            _said = isTold ? read.Said : _said;
            Volatile.Write(ref _now, counts ? read.State : _now);
        }

        _read = null;
    }

    private LoadedConfig WithStreams(LoadedConfig written)
    {
        if (written.Config is not { } config)
        {
            return written;
        }

        List<string> warnings = [];
        State next = new(config, FromDisk(warnings));
        WholeConfig whole = WholeConfig.Of(config, next.Present, isOwn);
        next = next with { LeftOut = [.. whole.LeftOut.Keys] };
        warnings.AddRange(whole.LeftOut.Select(
            static one => $"the stream \"{Printable.Line(one.Key)}\" that a request made is left out: {string.Join("; ", one.Value.Select(Words))}"));
        warnings.AddRange(whole.Warnings);
        IEnumerable<ConfigRemark> news = warnings.Where(text => !_said.Contains(text))
            .Select(static text => new ConfigRemark(ConfigPlace.WholeFile, IsWarning: true, text));
        LoadedConfig loaded = written with { Config = whole.Config, Remarks = [.. written.Remarks, .. news] };
        _read = (next, [.. warnings]);
        return loaded;
    }

    private static string Words(StreamFault fault) => fault.Pointer.Length == 0 ? fault.Detail : $"{fault.Pointer}: {fault.Detail}";

    /// <summary>
    /// What is on the disk, with what was said since and is not meant for the disk; a file that cannot be read leaves its stream as it is.
    /// </summary>
    private ImmutableSortedDictionary<string, StoredStream?> FromDisk(List<string> warnings)
    {
        ImmutableSortedDictionary<string, StoredStream?> before = Now.Streams;
        if (Files is null)
        {
            return before;
        }

        var next = ImmutableSortedDictionary.CreateBuilder<string, StoredStream?>(StringComparer.Ordinal);
        next.AddRange(before.Where(static one => one.Value is not { IsPersisted: true }));
        try
        {
            Dictionary<string, StoredStream> byFile = before.Values.OfType<StoredStream>()
                .Where(static stream => stream.IsPersisted).ToDictionary(static stream => StreamFileName.Of(stream.Name), StringComparer.Ordinal);
            foreach ((string file, StoredStream? stream, string problem) in Files.Read())
            {
                if (stream is null)
                {
                    warnings.Add($"the file {Printable.Line(file)} of a stream in {Printable.Line(Files.Directory)} cannot be used: {problem}");
                }

                if ((stream ?? byFile.GetValueOrDefault(file)) is { } known && next.Count < StreamsMax)
                {
                    next.TryAdd(known.Name, known);
                }
            }

            warnings.AddRange(Files.Warnings);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warnings.Add($"the directory of streams (streamsDirectory) cannot be used: {Printable.Line(e.Message)}");
            return before;
        }

        return next.ToImmutable();
    }

    /// <param name="Written">What people wrote.</param>
    /// <param name="Streams">Of requests; null: its file is there, and it is taken away until the next start.</param>
    private sealed record State(ProxyConfig Written, ImmutableSortedDictionary<string, StoredStream?> Streams)
    {
        /// <summary>Those of <see cref="Present"/> that do not count.</summary>
        public IReadOnlyCollection<string> LeftOut { get; init; } = [];

        public IEnumerable<StoredStream> Present => Streams.Values.OfType<StoredStream>();
    }
}
