using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Report;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Simulator.Load;

/// <summary>Before and after a run: names, descriptors, the view, the files, the exit code.</summary>
internal static class LoadProgram
{
    /// <summary>The runtime's own, the shards', the report's.</summary>
    private const int SpareDescriptors = 96;

    /// <summary>Video and audio; what most cameras have.</summary>
    private const int UsualTracks = 2;

    public static async Task<int> RunAsync(LoadOptions options, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        if (options.LocalAddresses.FirstOrDefault(static one => !CanBeBound(one)) is { } stranger)
        {
            await errors.WriteLineAsync($"rtspsim load: --local: {stranger} is no address of this machine");
            return ExitCode.BadOptions;
        }

        List<LoadTarget> targets = [];
        foreach (string text in options.Urls)
        {
            if (!RtspUrl.TryParse(text, out RtspUrl? url, out _))
            {
                continue; // refused by the reader already
            }

            IPAddress? address = await LookUpAsync(url.Host, cancel);
            if (address is null)
            {
                await errors.WriteLineAsync($"rtspsim load: the name {url.Host} does not resolve; check it, or give an address");
                return ExitCode.BadOptions;
            }

            targets.Add(new LoadTarget(targets.Count, url, new IPEndPoint(address, url.Port), IsOwn(address)));
        }

        int tracks = await TrackCount.AskAsync(targets[0], options, cancel) ?? UsualTracks;
        if (!HasDescriptors(options, tracks, out string? refusal))
        {
            await errors.WriteLineAsync("rtspsim load: " + refusal);
            return ExitCode.BadOptions;
        }

        LoadReport report;
        using (ShardGroup shards = ShardGroup.Start(options.Threads, TimeProvider.System, NullLoggerFactory.Instance))
        {
            using ILoadView view = LoadView.Create(options, output);
            LoadRun run = new(options, targets, shards, view);
            report = await Outbound.RunAsync(() => run.RunAsync(cancel)); // it reads the watched process's figures
        }

        LoadSummary.Write(report, output);
        return await WriteFilesAsync(report, options, errors) && report.Passed ? ExitCode.Passed : ExitCode.Failed;
    }

    /// <summary>True when the process may open so many; raises the limit where it can.</summary>
    internal static bool HasDescriptors(LoadOptions options, int tracks, out string? refusal)
    {
        int perRound = options.Transports.Sum(transport => transport switch
        {
            ClientTransport.Udp => 1 + (2 * tracks),
            ClientTransport.Http => 2,
            _ => 1,
        });
        long needed = ((long)options.Clients * perRound / options.Transports.Count) + SpareDescriptors;
        long limit = SocketSetup.RaiseDescriptorLimit();
        refusal = null;
        if (needed <= limit || TryRaise(needed))
        {
            return true;
        }

        long fitting = Math.Max(0, (limit - SpareDescriptors) * options.Transports.Count / perRound);
        refusal = FormattableString.Invariant(
            $"{options.Clients} clients need {needed} descriptors ({tracks} tracks, over UDP two sockets each), and this process may open {limit}, ")
            + FormattableString.Invariant($"enough for {fitting} clients: raise the limit (ulimit -n {needed}, as root; LimitNOFILE= of a service), ")
            + "or set up fewer tracks (--tracks video), or use --transport tcp";
        return false;
    }

    // Above the hard limit only the administrator may go (CAP_SYS_RESOURCE).
    private static unsafe bool TryRaise(long needed)
    {
        ResourceLimit limit = new() { Current = (ulong)needed, Maximum = (ulong)needed };
        return Libc.SetResourceLimit(LinuxConstants.ResourceNoFile, &limit) == 0;
    }

    /// <summary>The kernel is asked: whole networks may be this machine's without standing at a device (ip-route(8), local).</summary>
    private static bool CanBeBound(IPAddress address)
    {
        int fd = RawSocket.OpenUdp(address, 0);
        if (fd >= 0)
        {
            _ = Libc.Close(fd);
        }

        return fd != -LinuxConstants.ErrorAddressNotAvailable;
    }

    private static async Task<IPAddress?> LookUpAsync(string host, CancellationToken cancel)
    {
        try
        {
            IPAddress[] addresses = await NameLookup.Cameras.TryResolve(host)!.WaitAsync(cancel);
            return addresses.FirstOrDefault(static one => one.AddressFamily == AddressFamily.InterNetwork) ?? addresses.FirstOrDefault();
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ArgumentException)
        {
            return null;
        }
    }

    private static bool IsOwn(IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
        {
            return true;
        }

        foreach (System.Net.NetworkInformation.NetworkInterface device in System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces())
        {
            if (device.GetIPProperties().UnicastAddresses.Any(one => one.Address.Equals(address)))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<bool> WriteFilesAsync(LoadReport report, LoadOptions options, TextWriter errors)
    {
        try
        {
#pragma warning disable RS0030
            if (options.JsonFile is { } json)
            {
                await Outbound.RunAsync(() => File.WriteAllTextAsync(json, ReportJson.Write(report)));
            }

            if (options.HtmlFile is { } html)
            {
                await Outbound.RunAsync(() => File.WriteAllTextAsync(html, HtmlReport.Write(report)));
            }
#pragma warning restore RS0030

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync("rtspsim load: the report could not be written: " + e.Message);
            return false;
        }
    }
}
