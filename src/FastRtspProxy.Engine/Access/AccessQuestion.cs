using System.Net;

namespace FastRtspProxy.Engine.Access;

/// <summary>What is asked, whoever asks it.</summary>
/// <param name="Right">One right.</param>
/// <param name="Stream">The stream's name; null: the request names none, and is about whichever.</param>
/// <param name="IsKnown">There is such a stream.</param>
/// <param name="Address">Where it comes from.</param>
internal readonly record struct AccessQuestion(AccessRights Right, string? Stream, bool IsKnown, IPAddress Address)
{
    /// <summary>By TLS.</summary>
    public bool IsSecure { get; init; }
}
