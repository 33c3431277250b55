using System.Globalization;
using FastRtspProxy.Engine.Camera.Media;

namespace FastRtspProxy.Engine.Camera.Faults;

/// <summary>
/// What a camera does wrong, and when. The text is a list, separated by commas:
/// <code>
/// loss=1% reorder=2% dup=1% corrupt=1% truncate=1%   packets, by probability; loss=#100: exactly the 101st packet of each session's track
/// jitter=20ms                                         each unit is up to so much late; order stays
/// stall=5s@30s                                        no media for 5 s, 30 s after the start
/// reboot@60s  reboot=10s@60s                          away for 3 s (10 s), everything begins anew
/// bye@90s  close@120s                                 RTCP BYE; RTSP connections closed
/// …@60s/60s                                           and again every 60 s
/// silent-describe 401-storm nonce-rotate no-rtcp      DESCRIBE is never answered; every request is 401; each nonce is good for one request; no sender reports
/// busy                                                SETUP is answered 453
/// </code>
/// All is a function of the seed: the same seed gives the same run.
/// </summary>
internal sealed record FaultSchedule
{
    public static FaultSchedule None { get; } = new();

    public PacketFault Loss { get; init; } = PacketFault.Never;

    public PacketFault Reorder { get; init; } = PacketFault.Never;

    public PacketFault Duplicate { get; init; } = PacketFault.Never;

    public PacketFault Corrupt { get; init; } = PacketFault.Never;

    public PacketFault Truncate { get; init; } = PacketFault.Never;

    public TimeSpan Jitter { get; init; }

    public IReadOnlyList<TimedFault> Timed { get; init; } = [];

    public bool SilentDescribe { get; init; }

    public bool UnauthorizedStorm { get; init; }

    public bool RotatesNonce { get; init; }

    public bool NoRtcp { get; init; }

    public bool Busy { get; init; }

    /// <summary>True when single packets can be hit, so that batches cannot be sent whole.</summary>
    public bool TouchesPackets => Loss.IsSet || Reorder.IsSet || Duplicate.IsSet || Corrupt.IsSet || Truncate.IsSet;

    /// <summary>The fate of the n-th packet of a session's track.</summary>
    public PacketFate FateOf(ulong seed, int track, long ordinal)
    {
        ulong lane = Hash64.Of(seed, (ulong)track);
        PacketFate fate = PacketFate.None;
        fate |= Loss.Strikes(lane + 1, ordinal) ? PacketFate.Lost : 0;
        fate |= Reorder.Strikes(lane + 2, ordinal) ? PacketFate.Reordered : 0;
        fate |= Duplicate.Strikes(lane + 3, ordinal) ? PacketFate.Duplicated : 0;
        fate |= Corrupt.Strikes(lane + 4, ordinal) ? PacketFate.Corrupted : 0;
        fate |= Truncate.Strikes(lane + 5, ordinal) ? PacketFate.Truncated : 0;
        return fate;
    }

    /// <summary>How late a unit leaves, in microseconds.</summary>
    public long JitterMicros(ulong seed, int track, long unit) =>
        Jitter > TimeSpan.Zero ? (long)(Jitter.TotalMicroseconds * Hash64.Unit(Hash64.Of(seed, (ulong)track) + 6, (ulong)unit)) : 0;

    /// <summary>Reads the text form; false with a message that names the item that it does not understand.</summary>
    public static bool TryParse(string text, out FaultSchedule schedule, out string? error)
    {
        schedule = None;
        error = null;
        foreach (string item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryAdd(ref schedule, item))
            {
                error = "fault not understood: " + item + " (examples: loss=1%, loss=#100, jitter=20ms, stall=5s@30s, reboot@60s, bye@90s, silent-describe)";
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
            _ => null,
        };
        if (flagged != null)
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
        if (name == "jitter")
        {
            bool understood = TryDuration(value, out TimeSpan jitter);
            schedule = schedule with { Jitter = jitter };
            return understood;
        }

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
            _ => null,
        };
        schedule = changed ?? schedule;
        return changed != null;
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
            _ => null,
        };
        TimeSpan duration = kind == TimedFaultKind.Reboot ? TimeSpan.FromSeconds(3) : TimeSpan.FromSeconds(5);
        TimeSpan every = TimeSpan.Zero;
        if (kind == null
            || (head.Length > 1 && !TryDuration(head[1], out duration))
            || !TryDuration(tail[0], out TimeSpan start)
            || (tail.Length > 1 && (!TryDuration(tail[1], out every) || every <= TimeSpan.Zero)))
        {
            return false;
        }

        schedule = schedule with { Timed = [.. schedule.Timed, new TimedFault(kind.Value, start, duration, every)] };
        return true;
    }

    private static bool TryPacketFault(string value, out PacketFault fault)
    {
        fault = PacketFault.Never;
        if (value.StartsWith('#') && long.TryParse(value.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out long ordinal))
        {
            fault = new PacketFault(0, ordinal);
            return true;
        }

        bool percent = value.EndsWith('%');
        if (!double.TryParse(percent ? value.AsSpan(0, value.Length - 1) : value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
        {
            return false;
        }

        number = percent ? number / 100 : number;
        fault = new PacketFault(number);
        return number is >= 0 and <= 1;
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
        bool understood = double.TryParse(text.AsSpan(0, text.Length - suffix), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            && number * factor < 1e9;
        duration = understood ? TimeSpan.FromSeconds(number * factor) : TimeSpan.Zero;
        return understood;
    }
}
