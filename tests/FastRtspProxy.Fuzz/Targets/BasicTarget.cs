using System.Text;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>A player's Authorization value by Basic: who is read out of it is who it was written for.</summary>
internal sealed class BasicTarget : FuzzTarget
{
    public override string Name => "basic";

    public override int FixedBytes => 8 * 1024;

    /// <summary>Parameters of eight schemes, the decoded pair, user and password.</summary>
    public override int BytesPerInputByte => 128;

    public override void Parse(ReadOnlySpan<byte> input) => _ = BasicAuthorization.TryRead(FuzzText.Of(input), out _, out _);

    public override void Check(ReadOnlySpan<byte> input)
    {
        if (!BasicAuthorization.TryRead(FuzzText.Of(input), out string? user, out string? password))
        {
            return;
        }

        Property.Holds(!user.Contains(':', StringComparison.Ordinal), "a user ends at the first colon");
        string written = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        Property.Holds(BasicAuthorization.TryRead(written, out string? userAgain, out string? passwordAgain), "what is written is read");
        Property.Equal(user, userAgain);
        Property.Equal(password, passwordAgain);
    }
}
