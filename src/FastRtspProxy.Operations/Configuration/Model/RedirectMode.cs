namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>What a viewer gets that asks a box for a stream of another one.</summary>
internal enum RedirectMode
{
    /// <summary>The stream, which this box takes from its owner: works for every player.</summary>
    Off,

    /// <summary>The address of the owner, where the player is known to go there (302); the stream otherwise.</summary>
    Auto,
}
