#pragma warning disable RS0030 // the command line is read before there is a socket
using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Simulator.Load;

/// <summary>From the command line to <see cref="LoadOptions"/>; every refusal says what would be right.</summary>
internal static class LoadCommandReader
{
    private const int ClientsMax = 1_000_000;
    private const int RampSecondsMax = 1000 * 3600;

    public static bool TryRead(
        ParseResult result, LoadCommandOptions given, [NotNullWhen(true)] out LoadOptions? options, [NotNullWhen(false)] out string? error)
    {
        Reading reading = new();
        IReadOnlyList<string> urls = reading.Urls(result.GetValue(given.Urls) ?? []);
        int clients = result.GetValue(given.Clients);
        reading.Check(clients is >= 1 and <= ClientsMax, "--clients: 1 to 1,000,000");
        int threads = result.GetValue(given.Threads);
        reading.Check(threads is >= 0 and <= 1024, "--threads: 0 (one a core) to 1024");
        double slow = reading.Share("--slow", result.GetValue(given.Slow));
        double stopped = reading.Share("--stopped", result.GetValue(given.Stopped));
        reading.Check(slow + stopped <= 1, "--slow and --stopped together are more than all clients");
        double? maxLoss = result.GetValue(given.MaxLoss) is { } loss ? 100 * reading.Share("--max-loss", loss) : null;
        int? minClients = result.GetValue(given.MinClients);
        reading.Check(
            minClients is null || (minClients >= 0 && minClients <= clients), "--min-clients: 0 to --clients, more cannot play at the same time");
        int? talk = result.GetValue(given.Talk);
        reading.Check(talk is null or (>= 100 and <= 3000), "--talk: 100 to 3000, the frequency of a tone");
        reading.File("--json", result.GetValue(given.Json));
        reading.File("--html", result.GetValue(given.Html));
        options = new LoadOptions
        {
            Urls = urls,
            Clients = clients,
            Transports = reading.Transports(result.GetValue(given.Transport)!),
            RampPerSecond = reading.Rate("--ramp", result.GetValue(given.Ramp)),
            Duration = reading.Duration("--duration", result.GetValue(given.Duration)),
            ChurnPerSecond = reading.Rate("--churn", result.GetValue(given.Churn)),
            VanishShare = reading.Share("--vanish", result.GetValue(given.Vanish)),
            SlowShare = slow,
            StoppedShare = stopped,
            Tracks = reading.Tracks(result.GetValue(given.Tracks)!),
            TalkHertz = talk,
            Verify = result.GetValue(given.Verify),
            JoinDatagrams = result.GetValue(given.Gro),
            Threads = threads,
            LocalAddresses = reading.Addresses(result.GetValue(given.Local)),
            Timeout = reading.Duration("--timeout", result.GetValue(given.Timeout)),
            InsecureTls = result.GetValue(given.InsecureTls),
            JsonFile = result.GetValue(given.Json),
            HtmlFile = result.GetValue(given.Html),
            Plain = result.GetValue(given.Plain),
            WatchedProcess = result.GetValue(given.WatchProcess),
            MaxLossPercent = maxLoss,
            MaxP99 = result.GetValue(given.MaxP99) is { } p99 ? reading.Duration("--max-p99", p99) : null,
            MinClients = minClients,
        };
        reading.Check(
            !reading.HasTls || options.Transports.All(static one => one == ClientTransport.Tcp),
            "over rtsps the media comes inside TLS: --transport tcp");
        reading.Check(
            slow + stopped == 0 || !options.Transports.Contains(ClientTransport.Multicast),
            "--slow and --stopped: not with multicast, whose clients share a socket");
        reading.Check(
            options.RampPerSecond == 0 || clients / options.RampPerSecond <= RampSecondsMax,
            "--ramp: so slow that the last client would begin after more than 1000h");
        reading.Check(
            talk is null || options.Transports.All(static one => one != ClientTransport.Multicast), "--talk: a group has no back channel");
        reading.Check(!reading.HasTls || slow + stopped == 0, "--slow and --stopped: not over rtsps");
        reading.Check(!reading.HasTls || options.LocalAddresses.Count == 0, "--local: not over rtsps");
        error = reading.Error;
        if (error is not null)
        {
            options = null;
        }

        return error is null;
    }

    /// <summary>Reads one value after the other and keeps the first complaint.</summary>
    private sealed class Reading
    {
        public string? Error { get; private set; }

        /// <summary>One of the URLs is an rtsps one.</summary>
        public bool HasTls { get; private set; }

        public void Check(bool holds, string complaint)
        {
            if (!holds)
            {
                Error ??= complaint;
            }
        }

        public double Share(string name, string? text)
        {
            double percent = 0;
            Check(text is null || Quantity.TryPercent(text, out percent), $"{name}: percent, as 5% or 0.1%, not \"{text}\"");
            return percent / 100;
        }

        public double Rate(string name, string? text)
        {
            double rate = 0;
            Check(text is null || Quantity.TryRate(text, out rate), $"{name}: clients a second, as 50/s, not \"{text}\"");
            return rate;
        }

        public TimeSpan Duration(string name, string? text)
        {
            TimeSpan duration = default;
            Check(text is null || Quantity.TryDuration(text, out duration), $"{name}: a time, as 50ms, 10s, 5m or 12h, up to 1000h, not \"{text}\"");
            return duration;
        }

        public TrackChoice Tracks(string text)
        {
            Check(
                TrackChoice.TryParse(text, out TrackChoice choice),
                $"--tracks: all, video, audio, application, text or numbers from 1, not \"{text}\"");
            return choice;
        }

        public List<ClientTransport> Transports(string text)
        {
            List<ClientTransport> transports = [];
            foreach (string name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                switch (name)
                {
                    case "udp":
                        transports.Add(ClientTransport.Udp);
                        break;
                    case "tcp":
                        transports.Add(ClientTransport.Tcp);
                        break;
                    case "http":
                        transports.Add(ClientTransport.Http);
                        break;
                    case "multicast":
                        transports.Add(ClientTransport.Multicast);
                        break;
                    case "mix":
                        transports.AddRange([ClientTransport.Udp, ClientTransport.Tcp, ClientTransport.Http]);
                        break;
                    default:
                        Check(false, $"--transport: udp, tcp, http, multicast or mix, not \"{name}\"");
                        break;
                }
            }

            Check(transports.Count > 0, "--transport: udp, tcp, http, multicast or mix");
            return transports;
        }

        public List<IPAddress> Addresses(string? text)
        {
            List<IPAddress> addresses = [];
            foreach (string one in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (IPAddress.TryParse(one, out IPAddress? address))
                {
                    addresses.Add(address);
                }
                else
                {
                    Check(false, $"--local: addresses of this machine, separated by commas, not \"{one}\"");
                }
            }

            return addresses;
        }

        public List<string> Urls(IReadOnlyList<string> given)
        {
            List<string> urls = [];
            foreach (string one in given)
            {
                if (one.StartsWith('-'))
                {
                    // The parser takes what it does not know for one more URL.
                    Check(false, $"there is no option {one}; `rtspsim load --help` shows what there is");
                }
                else if (one.StartsWith('@'))
                {
                    urls.AddRange(Lines(one[1..]));
                }
                else
                {
                    urls.Add(one);
                }
            }

            foreach (string text in urls)
            {
                if (!RtspUrl.TryParse(text, out RtspUrl? url, out string? why))
                {
                    Check(false, why + (text.Contains('@', StringComparison.Ordinal) ? "" : $": {text}"));
                }
                else
                {
                    HasTls |= url.Tls;
                }
            }

            Check(urls.Count > 0, "no URL is given");
            return urls;
        }

        public void File(string name, string? path)
        {
            string? folder = path is null ? null : Path.GetDirectoryName(Path.GetFullPath(path));
            Check(folder is null || Directory.Exists(folder), $"{name}: the folder {folder} does not exist");
        }

        private IEnumerable<string> Lines(string path)
        {
            try
            {
                return System.IO.File.ReadAllLines(path).Select(static line => line.Trim()).Where(static line => line.Length > 0 && line[0] != '#');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Check(false, $"@{path}: {e.Message}");
                return [];
            }
        }
    }
}
