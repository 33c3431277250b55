namespace FastRtspProxy.Tests.Protocol.Srtp;

/// <summary>MIKEY messages (RFC 3830) that we do not write ourselves.</summary>
internal static class MikeyPolicies
{
    /// <summary>One that names no keys: its header, a map with one source, and a policy of those parameters, each a type, a length and a value.</summary>
    public static byte[] Without(params byte[] parameters) =>
    [
        1, 0, 10, 0, 1, 2, 3, 4, 1, 0, // the policy is next; one crypto session, for SRTP
        0, 0, 0, 0, 77, 0, 0, 0, 0,
        0, 0, 0, 0, (byte)parameters.Length, .. parameters,
    ];

    /// <summary>The message with another byte there.</summary>
    public static byte[] With(byte[] message, Index at, byte value)
    {
        byte[] changed = [.. message];
        changed[at] = value;
        return changed;
    }
}
