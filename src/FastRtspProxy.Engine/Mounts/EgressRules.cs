namespace FastRtspProxy.Engine.Mounts;

/// <summary>Decides whether one more viewer goes beyond a limit of egress. Pure.</summary>
internal static class EgressRules
{
    private const double BitsOfMbit = 1_000_000;

    /// <summary>The first limit that one more viewer would go beyond. A stream that was never measured goes beyond none.</summary>
    /// <param name="limits">What there may be.</param>
    /// <param name="rate">Of the stream, in bits a second.</param>
    /// <param name="viewers">Of the stream, with the new one.</param>
    /// <param name="others">What all other streams' viewers get, in bits a second.</param>
    public static EgressRefusal Judge(EgressLimits limits, long rate, int viewers, long others)
    {
        if (rate > limits.PerViewerMbits * BitsOfMbit)
        {
            return EgressRefusal.PerViewer;
        }

        if (rate * (double)viewers > limits.PerStreamMbits * BitsOfMbit && rate > 0)
        {
            return EgressRefusal.PerStream;
        }

        return (rate * (double)viewers) + others > limits.TotalMbits * BitsOfMbit && rate > 0 ? EgressRefusal.Total : EgressRefusal.None;
    }

    /// <summary>What one viewer may have whoever else is there, in bits a second: the least of the limits; 0: there is none.</summary>
    public static long MostOfOne(EgressLimits limits)
    {
        double least = Math.Min(
            limits.PerViewerMbits ?? double.MaxValue,
            Math.Min(limits.PerStreamMbits ?? double.MaxValue, limits.TotalMbits ?? double.MaxValue));
        return least < double.MaxValue ? Math.Max(1, (long)Math.Min(least * BitsOfMbit, long.MaxValue / 2)) : 0;
    }

    /// <summary>The limit's own number, in Mbit/s.</summary>
    public static double LimitOf(EgressLimits limits, EgressRefusal refusal) => refusal switch
    {
        EgressRefusal.PerViewer => limits.PerViewerMbits,
        EgressRefusal.PerStream => limits.PerStreamMbits,
        _ => limits.TotalMbits,
    } ?? 0;
}
