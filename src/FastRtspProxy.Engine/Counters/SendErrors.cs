using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Engine.Counters;

/// <summary>How refusals of a send are called.</summary>
internal static class SendErrors
{
    /// <summary>How many there are; each is a place in an array.</summary>
    public const int Count = (int)SendError.Other + 1;

    private static readonly string[] s_names = ["eagain", "enobufs", "emsgsize", "econnrefused", "unreachable", "other"];

    /// <summary>In one small word.</summary>
    public static string NameOf(SendError error) => s_names[(int)error];

    /// <summary>By errno.</summary>
    public static SendError Of(int errno) => errno switch
    {
        LinuxConstants.ErrorAgain => SendError.Again,
        LinuxConstants.ErrorNoBuffers => SendError.NoBuffers,
        LinuxConstants.ErrorMessageSize => SendError.MessageSize,
        LinuxConstants.ErrorConnectionRefused => SendError.ConnectionRefused,
        LinuxConstants.ErrorHostUnreachable or LinuxConstants.ErrorNetworkUnreachable or LinuxConstants.ErrorNetworkDown => SendError.Unreachable,
        _ => SendError.Other,
    };
}
