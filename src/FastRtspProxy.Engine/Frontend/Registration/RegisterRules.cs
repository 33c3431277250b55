using System.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Who may REGISTER what; immutable, replaced as a whole.</summary>
internal sealed record RegisterRules
{
    /// <summary>False: REGISTER and DEREGISTER are methods that we do not have.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>Addresses that may; empty: any.</summary>
    public IReadOnlyList<IPNetwork> From { get; init; } = [];

    /// <summary>Cameras of this machine and of its link may be named.</summary>
    public bool AllowsPrivate { get; init; }

    /// <summary>As they are said.</summary>
    public static RegisterRules Of(ProxyOptions options) =>
        new() { IsEnabled = options.AcceptRegister, From = options.RegisterFrom, AllowsPrivate = options.AllowPrivateRegister };
}
