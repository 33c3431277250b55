using System.Globalization;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Which request keeps the session alive. OPTIONS as LIVE555 does; where a camera refuses it, GET_PARAMETER (which crashes some cameras, so never first),
/// then SET_PARAMETER, then none: receiver reports and the open connection have to do.
/// </summary>
internal sealed class KeepAliveMethods
{
    private static readonly string[] s_methods = [RtspMethod.Options, RtspMethod.GetParameter, RtspMethod.SetParameter];

    private int _index;

    /// <summary>The method in use; null: none is left.</summary>
    public string? Current => _index < s_methods.Length ? s_methods[_index] : null;

    /// <summary>The camera does not take that method: the next one, if it is still the one in use.</summary>
    public void Refuse(string method)
    {
        if (method == Current)
        {
            _index++;
        }
    }

    /// <summary>What became of one that was given up, for the log; 0 is no status: no answer came.</summary>
    public static string Outcome(int status) => status == 0 ? "not answered" : string.Create(CultureInfo.InvariantCulture, $"refused ({status})");

    /// <summary>
    /// True where a status means that the session is gone, not that the method is unknown. 454 to a GET_PARAMETER while media flows means the method
    /// (quirk: thingino firmware).
    /// </summary>
    public static bool EndsSession(string method, int status, bool mediaFlows) => status switch
    {
        RtspStatus.SessionNotFound => method == RtspMethod.Options || !mediaFlows,
        RtspStatus.NotImplemented or RtspStatus.VersionNotSupported or RtspStatus.OptionNotSupported => false,
        >= 500 => !mediaFlows,
        _ => false,
    };
}
