namespace FastRtspProxy.EndToEndTests.Players;

/// <summary>
/// How far sound and picture are apart for a player of the built-in clip, boot by boot. After a boot the camera begins with picture 0 and sound 0 of the clip, so the first boot that was seen
/// from its beginning tells each hash's place in the clip; a unit's time stamp less its place is when its track's clip began, and the two tracks' clips began together.
/// </summary>
public static class AvOffsets
{
    private const double FrameSeconds = 1 / 25.0;
    private const double AudioFrameSeconds = 1024 / 48_000.0;

    /// <summary>A longer pause in a track's time stamps is a reboot.</summary>
    private const double GapSeconds = 0.4;

    private const int UnitsMin = 10;

    /// <summary>The picture's time stamps less the sound's, in seconds, for each boot of which both tracks brought enough.</summary>
    public static IReadOnlyList<double> Measure(IReadOnlyList<MediaUnit> units)
    {
        IReadOnlyList<IReadOnlyList<MediaUnit>> video = Boots(units, video: true);
        IReadOnlyList<IReadOnlyList<MediaUnit>> audio = Boots(units, video: false);
        Assert.InRange(video.Count - audio.Count, -1, 1); // of the newest one a track may have come alone so far
        Dictionary<string, double> videoPlaces = Places(video[1], FrameSeconds);
        Dictionary<string, double> audioPlaces = Places(audio[1], AudioFrameSeconds);
        List<double> offsets = [];
        foreach ((IReadOnlyList<MediaUnit> pictures, IReadOnlyList<MediaUnit> sounds) in video.Zip(audio))
        {
            double[] videoStarts = Starts(pictures, videoPlaces);
            double[] audioStarts = Starts(sounds, audioPlaces);
            if (videoStarts.Length >= UnitsMin && audioStarts.Length >= UnitsMin)
            {
                offsets.Add(videoStarts[videoStarts.Length / 2] - audioStarts[audioStarts.Length / 2]);
            }
        }

        return offsets;
    }

    /// <summary>A track's units between the gaps.</summary>
    public static IReadOnlyList<IReadOnlyList<MediaUnit>> Boots(IReadOnlyList<MediaUnit> units, bool video)
    {
        List<List<MediaUnit>> boots = [];
        double last = double.NegativeInfinity;
        foreach (MediaUnit unit in units.Where(unit => unit.IsVideo == video))
        {
            if (Math.Abs(unit.Seconds - last) > GapSeconds)
            {
                boots.Add([]);
            }

            boots[^1].Add(unit);
            last = unit.Seconds;
        }

        return boots;
    }

    private static Dictionary<string, double> Places(IReadOnlyList<MediaUnit> boot, double unitSeconds) => boot
        .Select((unit, i) => (unit.Hash, Place: i * unitSeconds)).GroupBy(unit => unit.Hash).Where(same => same.Count() == 1).ToDictionary(same => same.Key, same => same.Single().Place);

    /// <summary>In rising order: the middle one is the median.</summary>
    private static double[] Starts(IReadOnlyList<MediaUnit> boot, Dictionary<string, double> places) =>
        [.. boot.Where(unit => places.ContainsKey(unit.Hash)).Select(unit => unit.Seconds - places[unit.Hash]).Order()];
}
