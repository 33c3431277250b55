using System.Globalization;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.SimulatedCamera.Faults;

/// <summary>The text form.</summary>
internal sealed partial record FaultSchedule
{
    /// <summary>Reads the text form; false with a message that names the item that it does not understand.</summary>
    public static bool TryParse(string text, out FaultSchedule schedule, out string? error)
    {
        schedule = None;
        error = null;
        foreach (string item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryAdd(ref schedule, item))
            {
                error = "fault not understood: " + item + " (examples: loss=1%, loss=#100, jitter=20ms, stall=5s@30s, reboot@60s, clock-jump=-10s@30s"
                    + ", sr-clock=-1h, silent-describe, refuse-track=audio:461, slow-answers=12s:PLAY, keepalive=GET_PARAMETER:6s, video-silent@10s)";
                schedule = None;
                return false;
            }
        }

        return true;
    }

    private static bool TryAdd(ref FaultSchedule schedule, string item)
    {
        FaultSchedule? flagged = item switch
        {
            "silent-describe" => schedule with { SilentDescribe = true },
            "401-storm" => schedule with { UnauthorizedStorm = true },
            "nonce-rotate" => schedule with { RotatesNonce = true },
            "no-rtcp" => schedule with { NoRtcp = true },
            "busy" => schedule with { Busy = true },
            "one-session" => schedule with { OneSession = true },
            "udp-only" => schedule with { UdpOnly = true },
            "rtcp-only" => schedule with { RtcpOnly = true },
            "ssrc=per-gop" => schedule with { SsrcPerGroup = true },
            _ => null,
        };
        if (flagged is not null)
        {
            schedule = flagged;
            return true;
        }

        if (item.Contains('@', StringComparison.Ordinal))
        {
            return TryAddTimed(ref schedule, item);
        }

        int equals = item.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return false;
        }

        string name = item[..equals];
        string value = item[(equals + 1)..];
        return name switch
        {
            "jitter" or "late-media" or "sr-clock" or "sr-drift" => TryAddAmount(ref schedule, name, value),
            "refuse-track" or "slow-answers" or "keepalive" => TryAddAnswerFault(ref schedule, name, value),
            _ => TryAddPacketFault(ref schedule, name, value),
        };
    }

    // What follows a colon is optional and narrows the fault.
    private static bool TryAddAnswerFault(ref FaultSchedule schedule, string name, string value)
    {
        int colon = value.IndexOf(':', StringComparison.Ordinal);
        string? detail = colon < 0 ? null : value[(colon + 1)..];
        value = colon < 0 ? value : value[..colon];
        switch (name)
        {
            case "refuse-track":
                string mediaType = value == "metadata" ? "application" : value;
                int status = RtspStatus.NotFound;
                TrackRefusal refusal = new(mediaType, detail == "silent" ? TrackRefusal.Silent : StatusOf(detail, out status));
                schedule = schedule with { RefusedTracks = [.. schedule.RefusedTracks, refusal] };
                return mediaType is "video" or "audio" or "application" && status is >= 400 and <= 599;
            case "slow-answers":
                bool understood = TryDuration(value, out TimeSpan by);
                schedule = schedule with { SlowAnswers = new SlowAnswers(by, detail) };
                return understood && detail is null
                    or RtspMethod.Options or RtspMethod.Describe or RtspMethod.Setup or RtspMethod.Play or RtspMethod.Pause or RtspMethod.Teardown
                    or RtspMethod.GetParameter or RtspMethod.SetParameter;
            default:
                TimeSpan timeout = TimeSpan.Zero;
                bool timed = detail is not null && TryDuration(detail, out timeout) && timeout >= TimeSpan.FromSeconds(1);
                schedule = schedule with { OnlyKeepAlive = new OnlyKeepAlive(value, timed ? (int)timeout.TotalSeconds : null) };
                return value is RtspMethod.Options or RtspMethod.GetParameter or RtspMethod.SetParameter && timed == (detail is not null);
        }
    }

    private static int StatusOf(string? detail, out int status)
    {
        status = RtspStatus.NotFound;
        if (detail is not null && !int.TryParse(detail, NumberStyles.None, CultureInfo.InvariantCulture, out status))
        {
            status = -1;
        }

        return status;
    }

    private static bool TryAddAmount(ref FaultSchedule schedule, string name, string value)
    {
        bool understood;
        TimeSpan time;
        switch (name)
        {
            case "jitter":
                understood = TryDuration(value, out time);
                schedule = schedule with { Jitter = time };
                return understood;
            case "late-media":
                understood = TryDuration(value, out time);
                schedule = schedule with { LateMedia = time };
                return understood;
            case "sr-clock" when value == "random":
                schedule = schedule with { ReportsAtRandom = true };
                return true;
            case "sr-clock":
                understood = TrySignedDuration(value, out time);
                schedule = schedule with { ReportOffset = time };
                return understood;
            default:
                bool slow = value.StartsWith('-');
                understood = TryShare(slow ? value[1..] : value, out double drift);
                schedule = schedule with { ReportDrift = slow ? -drift : drift };
                return understood;
        }
    }

    private static bool TryAddPacketFault(ref FaultSchedule schedule, string name, string value)
    {
        if (!TryPacketFault(value, out PacketFault fault))
        {
            return false;
        }

        FaultSchedule? changed = name switch
        {
            "loss" => schedule with { Loss = fault },
            "reorder" => schedule with { Reorder = fault },
            "dup" => schedule with { Duplicate = fault },
            "corrupt" => schedule with { Corrupt = fault },
            "truncate" => schedule with { Truncate = fault },
            "stray" => schedule with { Stray = fault },
            _ => null,
        };
        schedule = changed ?? schedule;
        return changed is not null;
    }

    private static bool TryAddTimed(ref FaultSchedule schedule, string item)
    {
        int at = item.IndexOf('@', StringComparison.Ordinal);
        string[] head = item[..at].Split('=', 2);
        string[] tail = item[(at + 1)..].Split('/', 2);
        TimedFaultKind? kind = head[0] switch
        {
            "stall" => TimedFaultKind.Stall,
            "reboot" => TimedFaultKind.Reboot,
            "bye" => TimedFaultKind.Bye,
            "close" => TimedFaultKind.Close,
            "clock-jump" when head.Length > 1 => TimedFaultKind.ClockJump,
            "sdp-change" => SdpChange(head.Length > 1 ? head[1] : "codec"),
            "video-silent" => head.Length > 1 && head[1] == "session" ? TimedFaultKind.VideoSilentInSessions : TimedFaultKind.VideoSilent,
            _ => null,
        };
        TimeSpan duration = kind switch
        {
            TimedFaultKind.Reboot => TimeSpan.FromSeconds(3),
            TimedFaultKind.VideoSilent => Timeout.InfiniteTimeSpan,
            _ => TimeSpan.FromSeconds(5),
        };
        TimeSpan every = TimeSpan.Zero;
        bool takesTime = head.Length > 1 && head[0] != "sdp-change" && kind != TimedFaultKind.VideoSilentInSessions;
        if (kind is null
            || (takesTime && !(kind == TimedFaultKind.ClockJump ? TrySignedDuration(head[1], out duration) : TryDuration(head[1], out duration)))
            || !TryDuration(tail[0], out TimeSpan start)
            || (tail.Length > 1 && (!TryDuration(tail[1], out every) || every <= TimeSpan.Zero)))
        {
            return false;
        }

        schedule = schedule with { Timed = [.. schedule.Timed, new TimedFault(kind.Value, start, duration, every)] };
        return true;
    }

    private static TimedFaultKind? SdpChange(string what) => what switch
    {
        "codec" => TimedFaultKind.OtherCodec,
        "size" => TimedFaultKind.OtherSize,
        "no-audio" => TimedFaultKind.NoAudio,
        _ => null,
    };

    private static bool TryPacketFault(string value, out PacketFault fault)
    {
        fault = PacketFault.Never;
        if (value.StartsWith('#') && long.TryParse(value.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out long ordinal))
        {
            fault = new PacketFault(0, ordinal);
            return true;
        }

        bool understood = TryShare(value, out double share);
        fault = new PacketFault(share);
        return understood;
    }

    /// <summary>`1%` or `0.01`, at most one.</summary>
    private static bool TryShare(string value, out double share)
    {
        bool percent = value.EndsWith('%');
        bool understood = double.TryParse(
            percent ? value.AsSpan(0, value.Length - 1) : value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out share);
        share = percent ? share / 100 : share;
        return understood && share is >= 0 and <= 1;
    }

    private static bool TrySignedDuration(string text, out TimeSpan duration)
    {
        bool back = text.StartsWith('-');
        bool understood = TryDuration(back ? text[1..] : text, out duration);
        duration = back ? -duration : duration;
        return understood;
    }

    /// <summary>`20ms`, `5s`, `2m`, `1h`, or seconds without a unit.</summary>
    internal static bool TryDuration(string text, out TimeSpan duration)
    {
        (double factor, int suffix) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (0.001, 2),
            _ when text.EndsWith('s') => (1, 1),
            _ when text.EndsWith('m') => (60, 1),
            _ when text.EndsWith('h') => (3600, 1),
            _ => (1.0, 0),
        };
        ReadOnlySpan<char> digits = text.AsSpan(0, text.Length - suffix);
        bool understood = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            && number * factor < 1e9;
        duration = understood ? TimeSpan.FromSeconds(number * factor) : TimeSpan.Zero;
        return understood;
    }
}
