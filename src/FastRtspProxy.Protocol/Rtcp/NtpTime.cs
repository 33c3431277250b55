namespace FastRtspProxy.Protocol.Rtcp;

/// <summary>NTP time stamps: seconds since 1900 in the upper 32 bits, 2^-32 s in the lower. Wraps in 2036.</summary>
public static class NtpTime
{
    /// <summary>From 1900 to 1970.</summary>
    private const long EpochSeconds = 2_208_988_800;

    public static ulong FromUnix(DateTimeOffset time)
    {
        long ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        long seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out long rest);
        if (rest < 0)
        {
            seconds--;
            rest += TimeSpan.TicksPerSecond;
        }

        ulong fraction = ((ulong)rest << 32) / TimeSpan.TicksPerSecond;
        return (unchecked((ulong)(seconds + EpochSeconds)) << 32) | fraction;
    }

    /// <summary>In the era that holds the years 1968 to 2104 (RFC 4330 section 3: the upper bit clear means after 2036).</summary>
    public static DateTimeOffset ToUnix(ulong ntp)
    {
        long seconds = (long)(ntp >> 32);
        if ((ntp >> 63) == 0)
        {
            seconds += 1L << 32;
        }

        long ticks = (long)(((ntp & 0xffffffff) * TimeSpan.TicksPerSecond) >> 32);
        return DateTimeOffset.UnixEpoch.AddTicks(((seconds - EpochSeconds) * TimeSpan.TicksPerSecond) + ticks);
    }

    /// <summary>The middle 32 bits, in 1/65536 s: LSR of a report block.</summary>
    public static uint Middle(ulong ntp) => (uint)(ntp >> 16);

    /// <summary>A span of time in 1/65536 s: DLSR of a report block.</summary>
    public static uint Delay(TimeSpan span)
    {
        long ticks = long.Clamp(span.Ticks, 0, 65535L * TimeSpan.TicksPerSecond);
        return (uint)((ticks << 16) / TimeSpan.TicksPerSecond);
    }
}
