using System.Net;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Operations.Configuration.Checks;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Streams;

/// <summary>
/// The hand-written configuration with the streams of requests: what counts. A stream of a request never keeps what people wrote from being taken:
/// one that does not fit is left out, and told.
/// </summary>
/// <param name="Config">The whole.</param>
/// <param name="LeftOut">Streams that do not fit, each with the reason.</param>
/// <param name="Warnings">What is as it was said, and may not be as it was meant.</param>
internal sealed record WholeConfig(
    ProxyConfig Config, IReadOnlyDictionary<string, IReadOnlyList<StreamFault>> LeftOut, IReadOnlyList<string> Warnings)
{
    /// <summary>Why a stream is left out that people have written themselves.</summary>
    public const string InFile = "the hand-written configuration has a stream of that name, and that one counts";

    /// <param name="written">What people wrote, and is right.</param>
    /// <param name="streams">Of requests; of two that do not fit together the later one is left out.</param>
    /// <param name="isOwn">True for addresses of this machine.</param>
    public static WholeConfig Of(ProxyConfig written, IEnumerable<StoredStream> streams, Func<IPAddress, bool> isOwn)
    {
        Dictionary<string, IReadOnlyList<StreamFault>> leftOut = new(StringComparer.Ordinal);
        HashSet<string> names = [.. written.Streams.Select(static stream => MountNames.Plain(stream.Name))];
        List<StoredStream> taken = [];
        foreach (StoredStream stream in streams)
        {
            IReadOnlyList<StreamFault> faults = names.Contains(MountNames.Plain(stream.Name))
                ? [new StreamFault("", InFile)]
                : StreamReading.Read(stream.Name, stream.Document, written.Defaults).Faults;
            if (faults.Count > 0)
            {
                leftOut[stream.Name] = faults;
            }
            else
            {
                taken.Add(stream);
            }
        }

        HashSet<string>? ofWritten = null;
        while (true)
        {
            ConfigRemarks remarks = Check(written, taken, isOwn, out ProxyConfig whole);
            if (!remarks.HasErrors)
            {
                return new WholeConfig(whole, leftOut, [.. WarningsOf(taken, remarks)]);
            }

            // What people wrote was looked at where it was read. What is said of it here is no stream's fault.
            ofWritten ??= [.. ErrorsOf(Check(written, [], isOwn, out _)).Select(static error => error.Text)];
            if (ErrorsOf(remarks).All(error => ofWritten.Contains(error.Text)))
            {
                return new WholeConfig(whole, leftOut, []);
            }

            LeaveOut(
                taken, remarks, leftOut,
                count => ErrorsOf(Check(written, taken[..count], isOwn, out _)).Any(error => !ofWritten.Contains(error.Text)));
        }
    }

    private static ConfigRemarks Check(ProxyConfig written, List<StoredStream> streams, Func<IPAddress, bool> isOwn, out ProxyConfig whole)
    {
        ConfigRemarks remarks = new();
        ConfigReading reading = new(remarks, references: null);
        StreamConfig[] read = [.. streams.Select(stream => StreamReading.Read(stream.Name, stream.Document, written.Defaults, reading))];
        whole = written with { Streams = [.. written.Streams, .. read] };
        ConfigChecks.Run(whole, reading, isOwn, static _ => null);
        return remarks;
    }

    private static IEnumerable<ConfigRemark> ErrorsOf(ConfigRemarks remarks) => remarks.InOrder().Where(static remark => !remark.IsWarning);

    /// <summary>Those that an error names; where it names none of them, the first one with which there is an error.</summary>
    /// <param name="taken">Those that are left; each that goes, goes from here.</param>
    /// <param name="remarks">What is wrong.</param>
    /// <param name="leftOut">Gets those that go, each with the reason.</param>
    /// <param name="isWrong">True where there is an error with so many of them.</param>
    private static void LeaveOut(
        List<StoredStream> taken, ConfigRemarks remarks, Dictionary<string, IReadOnlyList<StreamFault>> leftOut, Predicate<int> isWrong)
    {
        string[] wrong = [.. ErrorsOf(remarks).Select(static remark => remark.Path ?? "")];
        List<StoredStream> named =
        [
            .. taken.Where(stream => StreamReading.PathOf(stream.Name) is var own && Array.Exists(wrong, path => StreamReading.IsWithin(path, own))),
        ];
        if (named.Count == 0)
        {
            int good = 0;
            int bad = taken.Count;
            while (bad - good > 1)
            {
                int middle = (good + bad) / 2;
                (good, bad) = isWrong(middle) ? (good, middle) : (middle, bad);
            }

            named.Add(taken[bad - 1]);
        }

        foreach (StoredStream stream in named)
        {
            taken.Remove(stream);
            leftOut[stream.Name] = StreamReading.FaultsOf(stream.Name, remarks);
        }
    }

    private static IEnumerable<string> WarningsOf(List<StoredStream> taken, ConfigRemarks remarks)
    {
        string[] beginnings = [.. taken.Select(static stream => Printable.Line(StreamReading.PathOf(stream.Name)) + ".")];
        return remarks.InOrder().Where(
            remark => remark.IsWarning && Array.Exists(beginnings, beginning => remark.Text.StartsWith(beginning, StringComparison.Ordinal)))
            .Select(static remark => remark.Text);
    }
}
