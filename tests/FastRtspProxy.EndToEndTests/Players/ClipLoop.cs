namespace FastRtspProxy.EndToEndTests.Players;

/// <summary>
/// The places of the built-in clip's pictures and sounds in its loop of eight seconds, by their hashes, as one player of the camera itself saw them. How far sound and picture of another
/// player are apart follows from any piece of the clip.
/// </summary>
public sealed class ClipLoop
{
    private const double LoopSeconds = 8;
    private const int UnitsMin = 25;

    private readonly Dictionary<string, double> _video;
    private readonly Dictionary<string, double> _audio;

    /// <param name="whole">A loop and more, without a break.</param>
    public ClipLoop(IReadOnlyList<MediaUnit> whole)
    {
        _video = Places(whole, video: true);
        _audio = Places(whole, video: false);
    }

    /// <summary>Pictures and sounds of a loop.</summary>
    public static bool IsWhole(IReadOnlyList<MediaUnit> units) => units.Count(static unit => unit.IsVideo) > 225 && units.Count(static unit => !unit.IsVideo) > 400;

    /// <summary>The picture's time stamps less the sound's, in seconds, of units that follow each other.</summary>
    public double Offset(IReadOnlyList<MediaUnit> units) => Circular(Start(units, _video, video: true) - Start(units, _audio, video: false));

    /// <summary>When the loop began by the middle one of the units.</summary>
    private static double Start(IReadOnlyList<MediaUnit> units, Dictionary<string, double> places, bool video)
    {
        double[] starts = [.. units.Where(unit => unit.IsVideo == video && places.ContainsKey(unit.Hash)).Select(unit => unit.Seconds - places[unit.Hash])];
        Assert.True(starts.Length >= UnitsMin, $"only {starts.Length} units of the clip");
        double[] off = [.. starts.Select(start => Circular(start - starts[0])).Order()];
        return starts[0] + off[off.Length / 2];
    }

    private static double Circular(double seconds) => seconds - (LoopSeconds * Math.Round(seconds / LoopSeconds));

    private static Dictionary<string, double> Places(IReadOnlyList<MediaUnit> units, bool video) => units.Where(unit => unit.IsVideo == video)
        .GroupBy(static unit => unit.Hash).Where(static same => same.All(unit => Math.Abs(Circular(unit.Seconds - same.First().Seconds)) < 0.001))
        .ToDictionary(static same => same.Key, static same => same.First().Seconds);
}
