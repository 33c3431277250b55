using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>One reading of a configuration: what was found wrong, where each key stood, and what <c>${...}</c> means here.</summary>
/// <param name="remarks">Where errors go.</param>
/// <param name="references">Null: nothing but text is read, as from arguments and from the API.</param>
internal sealed class ConfigReading(ConfigRemarks remarks, ConfigReferences? references)
{
    /// <summary>A value that is quoted in a message is cut behind this.</summary>
    private const int QuotedCharsMax = 60;

    /// <summary>The place of every key that was met, by its path.</summary>
    private readonly Dictionary<string, ConfigPlace> _places = new(StringComparer.Ordinal);

    /// <summary>The paths that something is wrong with: what follows from it is not told as well.</summary>
    private readonly HashSet<string> _wrong = new(StringComparer.Ordinal);

    public ConfigRemarks Remarks { get; } = remarks;

    /// <summary>The first place with a secret in the text itself; null: there is none.</summary>
    public ConfigPlace? PlainSecret { get; private set; }

    /// <summary>No two keys have one path: names that users give stand in quotation marks where they hold what parts a path.</summary>
    public static string PathOf(string parent, string key)
    {
        if (key.AsSpan().ContainsAny('.', '[', '"'))
        {
            key = $"\"{key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        }

        return parent.Length == 0 ? key : $"{parent}.{key}";
    }

    public static string PathOf(string parent, int index) => $"{parent}[{index}]";

    public void Met(string path, ConfigPlace place) => _places[path] = place;

    /// <summary>What arguments said wins, so what is wrong with it is theirs: from now on their keys are known here, too.</summary>
    public void MetOptions(ConfigReading arguments)
    {
        foreach ((string path, ConfigPlace place) in arguments._places)
        {
            if (place.Option is not null)
            {
                _places[path] = place;
            }
        }

        _wrong.UnionWith(arguments._wrong);
    }

    /// <summary>True when the key was written.</summary>
    public bool HasMet(string path) => _places.ContainsKey(path);

    /// <summary>True when an error about the key itself has been told.</summary>
    public bool IsWrong(string path) => _wrong.Contains(path);

    /// <summary>Where a key stands, else where what it belongs to stands.</summary>
    public ConfigPlace PlaceOf(string path)
    {
        while (path.Length > 0)
        {
            if (_places.TryGetValue(path, out ConfigPlace place))
            {
                return place;
            }

            path = path[..Math.Max(0, path.AsSpan().LastIndexOfAny('.', '['))];
        }

        return ConfigPlace.WholeFile;
    }

    /// <summary>An error about a whole key.</summary>
    public void Error(ConfigPlace place, string path, string text)
    {
        _wrong.Add(path);
        Remarks.Error(place, path, Name(place, path), $": {text}");
    }

    /// <summary>An error about a value that may be quoted.</summary>
    /// <param name="mask">What may be shown of it; null: nothing.</param>
    public void Wrong(ConfigScalar scalar, string path, string remedy, Func<string, string>? mask)
    {
        string quoted = "";
        if (mask is not null)
        {
            string shown = Printable.Line(mask(scalar.Shown));
            quoted = shown.Length > QuotedCharsMax ? $" \"{shown[..QuotedCharsMax]}...\"" : $" \"{shown}\"";
        }

        _wrong.Add(path);
        Remarks.Error(scalar.Place, path, Name(scalar.Place, path), $"{quoted}: {remedy}");
    }

    /// <summary>The value with its references replaced; false when one of them has no meaning, which has been said then.</summary>
    public bool TryResolve(ConfigScalar scalar, string path, bool isSecret, out string text)
    {
        text = scalar.Written;
        bool isWhole = true;
        if (references is not null && scalar.Written.Contains('$', StringComparison.Ordinal))
        {
            isWhole = references.TryReplace(scalar.Written, out text, out string error);
            if (!isWhole)
            {
                Error(scalar.Place, path, error);
            }
        }

        if (isSecret && text.Length > 0 && text == scalar.Written && scalar.Place.Option is null)
        {
            PlainSecret ??= scalar.Place;
        }

        return isWhole;
    }

    private static string Name(ConfigPlace place, string path) => place.Option ?? Printable.Line(path);
}
