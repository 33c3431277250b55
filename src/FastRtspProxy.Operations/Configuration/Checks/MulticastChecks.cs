using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>Groups of several streams against each other, and against who may watch: a group has no access control.</summary>
internal static class MulticastChecks
{
    private const string Defaults = "defaults";

    /// <inheritdoc cref="MulticastChecks"/>
    public static void Run(ProxyConfig config, ConfigReading reading)
    {
        if (config.Defaults.Multicast.Group is not null)
        {
            Error(reading, $"{Defaults}.multicast.group", "a group is one stream's: give a network of them (groups), or name it at that stream");
            return;
        }

        Dictionary<IPAddress, List<(StreamConfig Stream, int Port)>> named = [];
        Dictionary<IPNetwork, int> drawn = [];
        foreach (StreamConfig stream in config.Streams.Where(static stream => stream.Multicast.IsOn))
        {
            string path = $"{ConfigReading.PathOf(RootKeys.StreamsKey, stream.Name)}.multicast";
            if (stream.Multicast.Group is { } group)
            {
                CheckGroup(stream, group, path, named, reading);
            }
            else if (stream.Multicast.Groups is { } groups && !stream.IsWildcard)
            {
                drawn[groups] = drawn.GetValueOrDefault(groups) + 1;
            }
        }

        foreach ((IPNetwork groups, int streams) in drawn)
        {
            if (streams > MulticastOptions.CountOf(groups))
            {
                string key = $"{Defaults}.multicast.groups";
                Error(reading, key, $"{groups} has {MulticastOptions.CountOf(groups)} groups, and {streams} streams want one: give a larger network");
            }
        }

        if (!reading.Remarks.HasErrors)
        {
            CheckAccess(config, reading);
        }
    }

    private static void CheckGroup(
        StreamConfig stream, IPAddress group, string path, Dictionary<IPAddress, List<(StreamConfig Stream, int Port)>> named, ConfigReading reading)
    {
        if (stream.IsWildcard)
        {
            Error(reading, $"{path}.group", "all streams of the wildcard would be sent to it: give a network of groups (groups)");
            return;
        }

        int port = stream.Multicast.Port ?? MulticastOptions.DefaultPort;
        if (!named.TryGetValue(group, out List<(StreamConfig Stream, int Port)>? others))
        {
            named[group] = others = [];
        }

        foreach ((StreamConfig other, int otherPort) in others)
        {
            if (Math.Abs(port - otherPort) < MulticastOptions.PortsPerStream)
            {
                Error(
                    reading, $"{path}.group",
                    $"{group} is the group of {Printable.Line(other.Name)}, from port {otherPort} on: give it another one, or a port at least "
                        + $"{MulticastOptions.PortsPerStream} away");
                return;
            }
        }

        others.Add((stream, port));
    }

    /// <summary>Who asks for it at the stream itself is told by an error; those that only share a network are left out, which is said once.</summary>
    private static void CheckAccess(ProxyConfig config, ConfigReading reading)
    {
        StreamConfig[] asking = [.. config.Streams.Where(static stream => stream.Multicast is { IsOn: true, Open: false })];
        if (asking.Length == 0)
        {
            return;
        }

        AccessPolicy policy = new(EngineOptions.Of(config).AccessInForce);
        List<string> left = [];
        foreach (StreamConfig stream in asking)
        {
            string? why = stream.MaxViewers is not null ? "it has maxViewers" : policy.IsForEverybody(stream.Name) ? null : "it is not for everybody";
            string key = $"{ConfigReading.PathOf(RootKeys.StreamsKey, stream.Name)}.multicast";
            if (why is not null && reading.HasMet(key))
            {
                Error(reading, key, $"{why}, and a group has no access control: add open: true if the whole network may watch, or take it out");
            }
            else if (why is not null)
            {
                left.Add(Printable.Line(stream.Name));
            }
        }

        if (left.Count > 0)
        {
            string key = $"{Defaults}.multicast.groups";
            reading.Remarks.Warn(
                reading.PlaceOf(key),
                $"{key}: not for {string.Join(", ", left.Take(3))}{(left.Count > 3 ? $" and {left.Count - 3} more" : "")}, which "
                    + "are not for everybody, or have maxViewers: a group has no access control (multicast.open: true sends them all the same)");
        }
    }

    private static void Error(ConfigReading reading, string key, string text) => reading.Error(reading.PlaceOf(key), key, text);
}
