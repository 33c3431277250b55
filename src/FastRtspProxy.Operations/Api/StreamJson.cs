using System.Text.Json;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Events;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Api;

/// <summary>A stream in JSON. What a secret is in is written without it, and nothing stands in its place.</summary>
internal static class StreamJson
{
    /// <param name="json">Where it goes.</param>
    /// <param name="view">The stream.</param>
    /// <param name="urls">Where viewers find it.</param>
    /// <param name="etag">Of its configuration; null: it has none.</param>
    /// <param name="config">Its configuration (<see cref="ShownConfigs"/>); null: it has none.</param>
    /// <param name="addresses">How much of a viewer's address is shown.</param>
    /// <param name="more">Members that only some answers have; null: none.</param>
    public static void Write(
        Utf8JsonWriter json, StreamView view, StreamUrls urls, string? etag, byte[]? config, AddressDetail addresses,
        Action<Utf8JsonWriter>? more = null)
    {
        json.WriteStartObject();
        json.WriteString("name", view.Name);
        json.WriteString("state", view.State);
        WriteTime(json, "since", view.Status?.Since);
        json.WriteBoolean("ready", view.Status?.IsUp == true);
        json.WriteString("origin", view.Origin);
        if (view.Stored is { } stored)
        {
            json.WriteBoolean("persisted", stored.IsPersisted);
        }

        if (etag is not null)
        {
            json.WriteString("etag", etag);
        }

        WriteSource(json, view);
        WriteSources(json, view);
        WriteTracks(json, view.Status?.Tracks ?? []);
        WriteIngest(json, view.Status?.Ingest ?? new IngestStatus());
        json.WriteStartObject("kept");
        json.WriteNumber("bytes", view.Status?.KeptBytes ?? 0);
        WriteNumber(json, "seconds", view.Status?.KeptSeconds ?? 0);
        json.WriteEndObject();
        WriteViewers(json, view.Status?.Viewers ?? new StreamViewers());
        if (view.Status?.ReplaySessions is { } sessions)
        {
            json.WriteStartObject("replay");
            json.WriteNumber("sessions", sessions);
            json.WriteEndObject();
        }

        if (view.Status?.BackChannel is { } back)
        {
            WriteBackChannel(json, back, addresses);
        }

        json.WriteStartArray("urls");
        foreach (string url in urls.For(view.Name))
        {
            json.WriteStringValue(url);
        }

        json.WriteEndArray();
        if (config is not null)
        {
            json.WritePropertyName("config");
            json.WriteRawValue(config, skipInputValidation: true);
        }

        more?.Invoke(json);
        json.WriteEndObject();
    }

    /// <summary>A text for people, of which nobody knows what is in it: URLs in it lose their user parts and passwords.</summary>
    internal static string WithoutSecrets(string text)
    {
        int from = 0;
        while (text.IndexOf("://", from, StringComparison.Ordinal) is >= 0 and int scheme)
        {
            int start = scheme + 3;
            int end = start;
            while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] is not ('"' or '<' or '>'))
            {
                end++;
            }

            int at = text.LastIndexOf('@', Math.Max(start, end - 1), end - start);
            text = at >= start ? text.Remove(start, at + 1 - start) : text;
            from = start;
        }

        return Printable.Line(text);
    }

    private static void WriteSource(Utf8JsonWriter json, StreamView view)
    {
        StreamConfig? config = view.Config;
        StreamStatus? status = view.Status;
        int index = status?.SourceIndex ?? 0;
        config = config is not null && index < config.Sources.Count ? config.With(config.Sources[index]) : config;
        string configured = config is { Sources: { Count: > 0 } sources } ? sources[0].Url : "";
        string url = status?.Source ?? configured;
        (_, string? user, string? password) = SourceUrl.Split(configured);
        json.WriteStartObject("source");
        json.WriteString("url", SourceUrl.Shown(url));
        WriteText(json, "username", user ?? config?.UserName);
        json.WriteBoolean(
            "passwordSet", (user is null ? config?.Password is not null : password is not null) || SourceUrl.HoldsSecret(configured));
        WriteText(json, "transport", status?.Way);
        WriteText(json, "transportReason", status?.WayReason is { } way ? WithoutSecrets(way) : null);
        WriteText(json, "peer", status?.Peer);
        WriteError(json, status?.LastError);
        json.WriteNumber("attempts", status?.Attempts ?? 0);
        WriteTime(json, "nextAttempt", status?.NextAttempt);
        json.WriteNumber("reconnects", status?.Reconnects ?? 0);
        json.WriteNumber("number", index + 1);
        WriteTime(json, "inUseSince", status?.SourceSince);
        WriteText(json, "cause", status?.SourceCause);
        WriteText(json, "reason", status?.SourceReason is { } reason ? WithoutSecrets(reason) : null);
        json.WriteEndObject();
    }

    /// <summary>All of them, the best first; before the engine has them, as they are configured.</summary>
    private static void WriteSources(Utf8JsonWriter json, StreamView view)
    {
        IReadOnlyList<SourceStatus> sources = view.Status is { Sources: { Count: > 0 } known }
            ? known
            : [.. (view.Config?.Sources ?? []).Select(static source => new SourceStatus { Url = source.Url })];
        json.WriteStartArray("sources");
        foreach (SourceStatus source in sources)
        {
            json.WriteStartObject();
            json.WriteString("url", SourceUrl.Shown(source.Url));
            json.WriteBoolean("inUse", source.IsInUse);
            json.WriteBoolean("probed", source.IsProbed);
            WriteTime(json, "deliversSince", source.DeliversSince);
            WriteError(json, source.LastError);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteError(Utf8JsonWriter json, StreamFailure? error)
    {
        if (error is null)
        {
            json.WriteNull("lastError");
            return;
        }

        json.WriteStartObject("lastError");
        WriteTime(json, "at", error.At);
        json.WriteString("kind", error.Kind);
        json.WriteString("text", WithoutSecrets(error.Text));
        json.WriteEndObject();
    }

    private static void WriteTracks(Utf8JsonWriter json, IReadOnlyList<TrackStatus> tracks)
    {
        json.WriteStartArray("tracks");
        foreach (TrackStatus track in tracks)
        {
            json.WriteStartObject();
            json.WriteString("id", track.Id);
            json.WriteString("media", track.Media);
            json.WriteString("codec", track.Codec);
            json.WriteNumber("clockRate", track.ClockRate);
            WriteNumber(json, "channels", track.Channels);
            WriteText(json, "profile", track.Profile);
            WriteNumber(json, "width", track.Width);
            WriteNumber(json, "height", track.Height);
            WriteNumber(json, "fps", track.FramesPerSecond);
            WriteNumber(json, "keyframeInterval", track.KeyFrameInterval);
            json.WriteNumber("bitrate", track.Bitrate);
            json.WriteNumber("packets", track.Packets);
            json.WriteNumber("bytes", track.Bytes);
            WriteNumber(json, "jitter", track.Jitter);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteIngest(Utf8JsonWriter json, IngestStatus ingest)
    {
        json.WriteStartObject("ingest");
        json.WriteNumber("bytes", ingest.Bytes);
        json.WriteNumber("packets", ingest.Packets);
        json.WriteNumber("lost", ingest.LostInNetwork + ingest.LostInKernel);
        json.WriteNumber("lostInNetwork", ingest.LostInNetwork);
        json.WriteNumber("lostInKernel", ingest.LostInKernel);
        json.WriteNumber("droppedByUs", ingest.DroppedByUs);
        json.WriteNumber("reordered", ingest.Reordered);
        json.WriteNumber("unauthentic", ingest.Unauthentic);
        json.WriteNumber("replayed", ingest.Replayed);
        json.WriteNumber("bitrate", ingest.Bitrate);
        WriteTime(json, "lastPacket", ingest.LastPacket);
        WriteNumber(json, "latencyMax", ingest.LatencyMax);
        WriteNumber(json, "clockOffset", ingest.ClockOffset);
        json.WriteEndObject();
    }

    private static void WriteViewers(Utf8JsonWriter json, StreamViewers viewers)
    {
        json.WriteStartObject("viewers");
        json.WriteNumber("total", viewers.Total);
        json.WriteNumber("udp", viewers.Udp);
        json.WriteNumber("tcp", viewers.Tcp);
        json.WriteNumber("http", viewers.Http);
        json.WriteNumber("tls", viewers.Tls);
        json.WriteNumber("websocket", viewers.WebSocket);
        json.WriteNumber("live", viewers.Live);
        json.WriteNumber("multicast", viewers.Multicast);
        json.WriteNumber("held", viewers.Held);
        json.WriteNumber("sentBytes", viewers.SentBytes);
        json.WriteNumber("sentPackets", viewers.SentPackets);
        json.WriteNumber("droppedPackets", viewers.DroppedPackets);
        json.WriteNumber("reportedLostPackets", viewers.ReportedLostPackets);
        json.WriteEndObject();
    }

    private static void WriteBackChannel(Utf8JsonWriter json, BackChannelStatus back, AddressDetail addresses)
    {
        json.WriteStartObject("backChannel");
        json.WriteBoolean("offered", back.IsOffered);
        WriteText(json, "talker", back.Talker);
        WriteText(json, "address", back.Address is { } talker ? ShownAddress.Of(talker, addresses) : null);
        WriteText(json, "user", back.User);
        WriteTime(json, "since", back.Since);
        json.WriteNumber("sentPackets", back.SentPackets);
        json.WriteNumber("droppedPackets", back.DroppedPackets);
        json.WriteEndObject();
    }

    internal static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteString(name, known.UtcDateTime);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    internal static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known && double.IsFinite(known))
        {
            json.WriteNumber(name, Math.Round(known, 6));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>What a camera or a viewer chose is written as it is: JSON escapes it.</summary>
    internal static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, text);
        }
    }
}
