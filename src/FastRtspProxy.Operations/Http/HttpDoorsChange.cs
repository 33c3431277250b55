namespace FastRtspProxy.Operations.Http;

/// <summary>Other addresses for HTTP, open already: put in place, or given back.</summary>
internal sealed class HttpDoorsChange(Action make, Action giveBack) : IDisposable
{
    private bool _isMade;

    /// <summary>From now on clients come by them; those that are not wanted any more are closed.</summary>
    public void Make()
    {
        _isMade = true;
        make();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isMade)
        {
            _isMade = true;
            giveBack();
        }
    }
}
