namespace FastRtspProxy.Engine.Backend;

/// <summary>That a camera's media is encrypted was said; one for each mount, so that sessions do not repeat each other.</summary>
internal sealed class ProtectionSaid
{
    private bool _isSaid;

    /// <summary>Says it once.</summary>
    /// <param name="context">The session's.</param>
    /// <param name="tracks">The session's, of a description.</param>
    /// <param name="isTls">The dialogue with the camera is encrypted too.</param>
    public void Say(BackendContext context, ReceiveTracks tracks, bool isTls)
    {
        if (_isSaid || tracks.FirstProtected is not { Protection: { Problem: null } protection })
        {
            return;
        }

        _isSaid = true;
        BackendLog.Encrypted(context.Log, context.StreamName, protection.Words);
        if (!isTls)
        {
            BackendLog.KeysReadable(context.Log, context.StreamName);
        }
    }
}
