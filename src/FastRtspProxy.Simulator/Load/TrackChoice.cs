using System.Globalization;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Simulator.Load;

/// <summary>Which tracks a client sets up: all, some media types, or some by number.</summary>
internal sealed class TrackChoice
{
    private readonly string[] _names;

    private TrackChoice(string[] names) => _names = names;

    public static TrackChoice All { get; } = new([]);

    /// <summary>`all`, `video`, `audio`, `application`, or numbers from 1, separated by commas.</summary>
    public static bool TryParse(string text, out TrackChoice choice)
    {
        choice = All;
        string[] names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (string name in names)
        {
            bool isNumber = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0;
            if (!isNumber && name is not ("all" or "video" or "audio" or "application" or "text"))
            {
                return false;
            }
        }

        choice = names.Length == 0 || names.Contains("all") ? All : new TrackChoice(names);
        return names.Length > 0;
    }

    /// <summary>True when the track is wanted; <paramref name="number"/> counts from 1.</summary>
    public bool Wants(SdpMedia media, int number)
    {
        if (_names.Length == 0)
        {
            return true;
        }

        foreach (string name in _names)
        {
            if (name.Equals(media.Type, StringComparison.OrdinalIgnoreCase) || name == number.ToString(CultureInfo.InvariantCulture))
            {
                return true;
            }
        }

        return false;
    }
}
