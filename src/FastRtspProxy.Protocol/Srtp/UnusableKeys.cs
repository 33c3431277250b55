namespace FastRtspProxy.Protocol.Srtp;

/// <summary>
/// What of a description's keys cannot be used, and whether the receiver may say its own instead. It may where nothing was agreed on: a MIKEY message
/// that cannot be read, names no keys, or none that we can use; there are cameras that take those of SETUP whatever they have said. It may not where
/// the camera has said how it protects its media: by a suite or a parameter that is not known here, not at all, or with keys that only a secret
/// opens, which ours, sent as they are, would undo. <c>a=crypto</c> always says it. Mutable while a description is read.
/// </summary>
internal sealed class UnusableKeys
{
    /// <summary>What was said last, as the end of a sentence; null: nothing.</summary>
    public string? Why { get; private set; }

    /// <summary>The receiver may not say its own.</summary>
    public bool AreRefused { get; private set; }

    /// <summary>The suite that was named; null: none.</summary>
    public SrtpSuite? Suite { get; private set; }

    /// <summary>A line of key management.</summary>
    public void OnManagement(SrtpDefect defect, SrtpSuite? suite, string why)
    {
        bool isRefused = defect is not (SrtpDefect.Malformed or SrtpDefect.BadKey);
        Why = isRefused || !AreRefused ? why : Why;
        AreRefused |= isRefused;
        Suite ??= suite;
    }

    /// <summary>A line of <c>a=crypto</c>.</summary>
    public void OnCrypto(string why)
    {
        Why = why;
        AreRefused = true;
    }
}
