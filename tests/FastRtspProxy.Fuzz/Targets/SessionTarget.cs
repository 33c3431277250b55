using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>The Session header, a camera's and a player's.</summary>
internal sealed class SessionTarget : FuzzTarget
{
    public override string Name => "session";

    public override int FixedBytes => 1024;

    public override int BytesPerInputByte => 8;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        _ = SessionHeader.TryParse(FuzzText.Of(input), out string id, out _);
        _ = SessionId.TryParse(id, out _, out _);
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        bool isValid = SessionHeader.TryParse(FuzzText.Of(input), out string id, out int? seconds);
        Property.Equal(isValid, id.Length > 0);
        Property.Holds(seconds is null or > 0, "a time-out is positive");
        Property.Equal(id.Trim(), id);
        if (isValid && FuzzText.IsPlain(id))
        {
            string written = seconds is { } number ? $"{id};timeout={number}" : id;
            Property.Holds(SessionHeader.TryParse(written, out string again, out int? secondsAgain), "a session that was written reads back");
            Property.Equal((id, seconds), (again, secondsAgain));
        }

        if (SessionId.TryParse(id, out int shard, out string own))
        {
            Property.Holds(SessionId.TryParse(own, out int shardAgain, out string ownAgain), "our spelling of an id is an id");
            Property.Equal((shard, own), (shardAgain, ownAgain));
        }
    }
}
