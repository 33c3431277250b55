using System.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Simulator.Load;

/// <summary>A stream to be played: its URL and the address that the name has.</summary>
/// <param name="Index">Among the targets of the run, from 0.</param>
/// <param name="Url">As given.</param>
/// <param name="Address">Where to connect to.</param>
/// <param name="IsThisMachine">Nothing lies between the server and us that could lose a packet.</param>
internal sealed record LoadTarget(int Index, RtspUrl Url, IPEndPoint Address, bool IsThisMachine);
