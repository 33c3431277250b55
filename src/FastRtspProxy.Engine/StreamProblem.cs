namespace FastRtspProxy.Engine;

/// <summary>Why a stream cannot be had as it is written.</summary>
/// <param name="Index">Which of the streams that were asked about, from 0.</param>
/// <param name="Stream">Its name.</param>
/// <param name="Text">A sentence that names the input and the remedy; no password is ever in it.</param>
public sealed record StreamProblem(int Index, string Stream, string Text);
