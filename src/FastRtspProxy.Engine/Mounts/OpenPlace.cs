namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// A place among those that open their cameras (<see cref="OpenPacer"/>): one of all, until the camera has answered or takes its time, and one of its
/// host, until the attempt is over. Each is given back once. Any thread.
/// </summary>
/// <param name="pacer">Whose place it is.</param>
/// <param name="host">The host that is asked; null: its places are not counted.</param>
/// <param name="isOfAll">False: somebody waits for the camera, which takes no place of all.</param>
internal sealed class OpenPlace(OpenPacer pacer, string? host, bool isOfAll)
{
    /// <summary>The host that is asked.</summary>
    public string? Host => host;

    /// <summary>A place of all was taken, too.</summary>
    public bool IsOfAll => isOfAll;

    /// <summary>How far the attempt is; under the pacer's lock.</summary>
    public OpenStage Stage { get; set; }

    /// <summary>The camera has answered, or it takes its time: others need not wait for that.</summary>
    public void LeaveToOthers(bool hasAnswered) => pacer.LeaveToOthers(this, hasAnswered);

    /// <summary>The attempt is over, or as good as.</summary>
    public void Leave() => pacer.Leave(this);
}
