using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>Streams need names that stand apart: requests for tracks (<c>cam/track1</c>) would reach one in place of the other.</summary>
internal static class StreamNameChecks
{
    public static void Run(ValueList<StreamConfig> streams, ConfigReading reading)
    {
        Dictionary<string, string> byPlain = new(StringComparer.Ordinal);
        foreach (StreamConfig stream in streams)
        {
            // Those of the file have been looked at where they stand; those of the arguments come here.
            if (!reading.IsWrong(ConfigReading.PathOf(RootKeys.StreamsKey, stream.Name)) && StreamRules.FindNameFault(stream.Name) is { } fault)
            {
                Refuse(stream.Name, fault, reading);
            }

            if (!byPlain.TryAdd(MountNames.Plain(stream.Name), stream.Name))
            {
                Refuse(stream.Name, $"another stream has the name already: \"{byPlain[MountNames.Plain(stream.Name)]}\"", reading);
            }
        }

        WildcardIndex wildcards = new(streams.Where(static stream => stream.IsWildcard).Select(static stream => stream.Name));
        foreach (StreamConfig stream in streams)
        {
            string plain = MountNames.Plain(stream.Name);
            for (int slash = plain.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = plain.IndexOf('/', slash + 1))
            {
                string beginning = plain[..slash];
                string? other = byPlain.GetValueOrDefault(beginning) ?? wildcards.Find(beginning);
                if (other is not null)
                {
                    Refuse(
                        stream.Name,
                        $"the name begins with that of another stream (\"{other}\") at a slash: requests for tracks of one would reach the other",
                        reading);
                    break;
                }
            }
        }
    }

    private static void Refuse(string name, string text, ConfigReading reading)
    {
        string path = ConfigReading.PathOf(RootKeys.StreamsKey, name);
        reading.Error(reading.PlaceOf(path), path, text);
    }
}
