namespace FastRtspProxy.Engine.Frontend;

/// <summary>The answer to <see cref="LiveDoor.OpenAsync"/>: a viewer, or why there is none.</summary>
internal readonly record struct LiveOpening(LiveViewer? Viewer, LiveRefusal Refusal)
{
    public static LiveOpening Of(LiveViewer viewer) => new(viewer, LiveRefusal.None);

    public static LiveOpening Refused(LiveRefusal refusal) => new(null, refusal);
}
