namespace FastRtspProxy.Operations.Reload;

/// <summary>
/// Tells when files have changed and rest: a change counts when two looks in a row find the same, so a file is not read while somebody writes it.
/// Pure; one owner.
/// </summary>
/// <param name="known">As the files were when they were read.</param>
internal sealed class SettledChange(IReadOnlyList<FileStamp> known)
{
    /// <summary>What the last look that counted found.</summary>
    private IReadOnlyList<FileStamp> _known = known;

    /// <summary>What the last look found and one more has to confirm; null: nothing new.</summary>
    private IReadOnlyList<FileStamp>? _found;

    /// <summary>True once for each change.</summary>
    public bool Look(IReadOnlyList<FileStamp> now)
    {
        if (now.SequenceEqual(_known))
        {
            _found = null;
            return false;
        }

        if (_found is null || !now.SequenceEqual(_found))
        {
            _found = now;
            return false;
        }

        _known = now;
        _found = null;
        return true;
    }
}
