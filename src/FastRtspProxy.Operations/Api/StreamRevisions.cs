using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using FastRtspProxy.Operations.Configuration.Model;
using Microsoft.Extensions.Primitives;

namespace FastRtspProxy.Operations.Api;

/// <summary>
/// The entity tags of streams: of their configuration, since what changes by itself is nothing that a request could overwrite. A configuration that
/// did not change is the same object through all reloads. They say nothing of what is in it, which may be a password, and are others after a restart.
/// Any thread.
/// </summary>
internal sealed class StreamRevisions
{
    private readonly ConditionalWeakTable<StreamConfig, string> _tags = [];
    private readonly string _start = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
    private long _last;

    public string Of(StreamConfig stream) => _tags.GetValue(
        stream, _ => string.Create(CultureInfo.InvariantCulture, $"\"{_start}-{Interlocked.Increment(ref _last)}\""));

    /// <summary>True where a header (RFC 9110 sections 13.1.1 and 13.1.2) names that tag, or any.</summary>
    public static bool Names(StringValues header, string? tag) => tag is not null && header.SelectMany(static line => (line ?? "").Split(','))
        .Any(one => one.Trim() is var text && (text == "*" || text == tag));
}
