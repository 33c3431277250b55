using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Captures;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.CommandLine;

/// <summary><c>--capture</c> with what goes with it.</summary>
/// <param name="File">Where the capture goes.</param>
/// <param name="Stream">The camera; null: the packets of <paramref name="PacketFile"/> name it.</param>
/// <param name="PacketFile">What is read in place of a camera (<c>--pcap</c>); null: the camera is.</param>
/// <param name="Wish">How long, how large, and whether pictures stay in it.</param>
/// <param name="LogLevel">As for the proxy.</param>
internal sealed record CaptureArguments(string File, StreamOptions? Stream, string? PacketFile, CaptureWish Wish, LogLevel LogLevel);
