using System.Globalization;
using FastRtspProxy.EndToEndTests.Processes;

namespace FastRtspProxy.EndToEndTests.Players;

/// <summary>One player that joined a stream with a clock in its pictures (perf-scripts/players/join.py), and what its pictures said.</summary>
/// <param name="FirstMilliseconds">From the player's start to its first picture; null: it showed none.</param>
/// <param name="BehindMilliseconds">How old the picture is that is shown one second after that; null: there is none.</param>
/// <param name="BeforeMilliseconds">How long before the player's start its first picture was made.</param>
/// <param name="StillMilliseconds">The longest time in which the measurement itself stood still.</param>
/// <param name="DamagedPictures">Pictures whose clock could not be read.</param>
/// <param name="Complaints">What the player said about damaged, lost or late data.</param>
public sealed record ClockJoin(
    int? FirstMilliseconds, int? BehindMilliseconds, int? BeforeMilliseconds, int StillMilliseconds, int DamagedPictures, IReadOnlyList<string> Complaints)
{
    /// <summary>Starts the camera whose pictures carry the clock.</summary>
    public static string CameraScript { get; } = Path.Combine(AppContext.BaseDirectory, "Clock", "clockcam.py");

    public static string[] Arguments(string player, string url, string transport) =>
        [Path.Combine(AppContext.BaseDirectory, "Clock", "join.py"), player, url, transport, "--seconds", "1.5"];

    /// <summary>Reads the report of a player that has ended.</summary>
    public static ClockJoin Parse(ChildProcess process)
    {
        string[] lines = [.. process.Lines().Where(line => !line.IsError).Select(line => line.Text)];
        string report = lines.Single(line => line.StartsWith("first=", StringComparison.Ordinal));
        Dictionary<string, string> values = report.Split(' ').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        return new ClockJoin(
            Number(values["first"]), Number(values["behind1"]), Number(values["before"]), Number(values["still"])!.Value, Number(values["damaged"])!.Value,
            [.. lines.Where(line => line.StartsWith("complaint ", StringComparison.Ordinal))]);
    }

    private static int? Number(string text) => text == "-" ? null : int.Parse(text, CultureInfo.InvariantCulture);
}
