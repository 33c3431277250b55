using System.Net;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>Streams that come by REGISTER.</summary>
internal sealed record RegisterConfig
{
    public bool Enabled { get; init; }

    /// <summary>Empty: from anywhere.</summary>
    public ValueList<IPNetwork> From { get; init; } = [];

    public int MaxStreams { get; init; } = 100;

    /// <summary>Let REGISTER name cameras on this machine and on its link.</summary>
    public bool AllowPrivate { get; init; }

    /// <summary>Empty: nobody is asked who he is.</summary>
    public ValueList<RegisterUser> Users { get; init; } = [];
}
