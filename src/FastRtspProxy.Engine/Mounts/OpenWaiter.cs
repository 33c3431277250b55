namespace FastRtspProxy.Engine.Mounts;

/// <summary>Who waits for a place of <see cref="OpenPacer"/>, and for which host.</summary>
internal sealed class OpenWaiter(string host)
{
    public string Host => host;

    /// <summary>Set once, by who takes it out of the list.</summary>
    public TaskCompletionSource<OpenPlace?> Place { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
