using System.Runtime.InteropServices;

namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// A counter alone on its cache line (and on the neighbour that the prefetcher brings along): two threads that write neighbours do not fight.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct PaddedLong
{
    [FieldOffset(128)]
    public long Value;
}
