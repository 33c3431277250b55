using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Another port for rtsps that is open already: put in place, or given back.</summary>
internal sealed class SecurePortChange(FrontendListeners listeners, IReadOnlyList<int> wanted, TcpPort? next) : IDisposable
{
    private bool _isMade;

    /// <summary>From now on clients come by it; the one before is closed, and connections that came by that live on.</summary>
    public void Make()
    {
        _isMade = true;
        listeners.ChangeSecure(wanted, next);
    }

    /// <summary>Gives the port back where it was not put in place.</summary>
    public void Dispose()
    {
        if (!_isMade)
        {
            listeners.GiveBack(next);
        }
    }
}
