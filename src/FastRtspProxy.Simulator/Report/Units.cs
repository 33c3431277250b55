using System.Globalization;

namespace FastRtspProxy.Simulator.Report;

/// <summary>Figures for people.</summary>
internal static class Units
{
    /// <summary>Microseconds as ms with three digits that mean something.</summary>
    public static string Millis(double micros)
    {
        double millis = micros / 1000;
        string format = millis switch { < 10 => "0.00", < 100 => "0.0", _ => "#,0" };
        return millis.ToString(format, CultureInfo.InvariantCulture) + " ms";
    }

    public static string Count(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Percent(double percent) => percent.ToString(percent is > 0 and < 0.01 ? "0.####" : "0.##", CultureInfo.InvariantCulture) + " %";

    public static string Bytes(double bytes) => bytes switch
    {
        >= 1e9 => (bytes / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " GB",
        >= 1e6 => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB",
        _ => (bytes / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + " kB",
    };
}
