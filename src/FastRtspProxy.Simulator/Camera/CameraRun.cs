using FastRtspProxy.SimulatedCamera;

namespace FastRtspProxy.Simulator.Camera;

/// <summary>What the command line of `rtspsim camera` asked for, checked.</summary>
internal sealed record CameraRun
{
    public required SimulatedCameraOptions Camera { get; init; }

    /// <summary>Event loops; 0: one for each core.</summary>
    public int Threads { get; init; }

    /// <summary>Null: until told to stop.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The proxy that the streams are registered with; null: none.</summary>
    public string? RegisterHost { get; init; }

    /// <inheritdoc cref="RegisterHost"/>
    public int RegisterPort { get; init; }

    /// <summary>Credentials for REGISTER; null: none.</summary>
    public (string User, string Password)? RegisterCredentials { get; init; }
}
