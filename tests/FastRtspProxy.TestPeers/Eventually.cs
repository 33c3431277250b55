namespace FastRtspProxy.TestPeers;

/// <summary>Waits for something that must happen.</summary>
internal static class Eventually
{
    /// <summary>True as soon as the condition holds; false when it does not within the limit (ten seconds).</summary>
    public static async Task<bool> HoldsAsync(Func<bool> condition, TimeSpan? limit = null)
    {
        long end = Environment.TickCount64 + (long)(limit ?? TimeSpan.FromSeconds(10)).TotalMilliseconds;
        while (!condition())
        {
            if (Environment.TickCount64 > end)
            {
                return false;
            }

            await Task.Delay(2);
        }

        return true;
    }
}
