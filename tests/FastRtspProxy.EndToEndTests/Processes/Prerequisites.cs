using System.Diagnostics;

namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>Fails every test of a class, with the line that helps, when one of the programs that the tests need is not there. Nothing is ever skipped.</summary>
public sealed class Prerequisites
{
    public const string Python = "/usr/bin/python3";

    public const string SocketActivate = "/usr/bin/systemd-socket-activate";

    public const string Analyze = "/usr/bin/systemd-analyze";

    public const string Chromium = "/usr/bin/chromium";

    /// <summary>Its library for WebSockets is <c>ws</c>, from npm, as Debian packages it.</summary>
    public const string Node = "/usr/bin/node";

    /// <summary>Where Debian has libraries of npm.</summary>
    public const string NodeLibraries = "/usr/share/nodejs";

    private const string InstallLine =
        "apt-get install -y --no-install-recommends ffmpeg python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base "
        + "gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav glib-networking util-linux mount iproute2 nftables mpv vlc-bin vlc-plugin-base haproxy prometheus chromium nodejs node-ws etcd-server etcd-client "
        + "man-db mandoc bash-completion zsh fish systemd curl";

    private const string ElementCheck =
        "import gi\n"
        + "gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0')\n"
        + "from gi.repository import Gst, GstRtspServer\n"
        + "Gst.init(None)\n"
        + "names = 'videotestsrc x264enc x265enc jpegenc avenc_aac mulawenc alawenc rtph264pay rtph265pay rtpjpegpay rtpmp4gpay matroskademux rtpvp9pay qtdemux mpeg4videoparse rtpmp4vpay tsdemux mpegvideoparse rtpmpvpay tsparse rtpmp2tpay rtspsrc decodebin avdec_h264 avdec_aac'\n"
        + "print('missing:' + ','.join(n for n in names.split() if not Gst.ElementFactory.find(n)))\n";

    private static readonly Lazy<string?> s_defect = new(FindDefect);

    public Prerequisites()
    {
        if (s_defect.Value is { } defect)
        {
            throw new InvalidOperationException(defect);
        }
    }

    /// <summary>The native binary under test.</summary>
    public static string ProxyBinary { get; } = Environment.GetEnvironmentVariable("FASTRTSPPROXY_BIN") ?? "";

    /// <summary>The native binary of the simulated cameras.</summary>
    public static string SimulatorBinary { get; } = Environment.GetEnvironmentVariable("RTSPSIM_BIN") ?? "";

    private static string? FindDefect()
    {
        if (!File.Exists(ProxyBinary) || !File.Exists(SimulatorBinary))
        {
            return $"FASTRTSPPROXY_BIN ('{ProxyBinary}') and RTSPSIM_BIN ('{SimulatorBinary}') must name the native binaries: run packaging/publish.sh, which makes them and "
                + "prints their paths, then FASTRTSPPROXY_BIN=artifacts/aot/fastrtspproxy RTSPSIM_BIN=artifacts/aot/rtspsim (as absolute paths) dotnet test tests/FastRtspProxy.EndToEndTests";
        }

        foreach (string program in (string[])["/usr/bin/ffmpeg", "/usr/bin/ffprobe", "/usr/bin/cvlc", "/usr/bin/mpv", "/usr/bin/setpriv", "/usr/sbin/nft", "/usr/sbin/haproxy", "/usr/bin/prometheus", "/usr/bin/promtool", "/usr/bin/etcd", "/usr/bin/etcdctl", "/usr/bin/man", "/usr/bin/mandoc", "/usr/bin/zsh", "/usr/bin/fish", "/usr/share/bash-completion/bash_completion", SocketActivate, Analyze, "/usr/bin/curl", Chromium, Node, NodeLibraries + "/ws/package.json", Python])
        {
            if (!File.Exists(program))
            {
                return $"{program} is missing: {InstallLine}";
            }
        }

        using Process check = Process.Start(new ProcessStartInfo(Python, ["-c", ElementCheck]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = check.StandardError.ReadToEndAsync();
        string output = check.StandardOutput.ReadToEnd();
        check.WaitForExit();
        return output.Contains("missing:\n", StringComparison.Ordinal) ? null : $"GStreamer or its python bindings lack something ({output}{error.Result}): {InstallLine}";
    }
}
