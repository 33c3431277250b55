namespace FastRtspProxy.Engine.Backend;

/// <summary>One track that the camera describes and does not give.</summary>
/// <param name="Index">Its place among the receive tracks, from 0.</param>
/// <param name="Absence">Of what kind.</param>
/// <param name="Status">The answer to its SETUP; 0: none came.</param>
/// <param name="SinceMicros">When it was asked for last.</param>
internal sealed record MissingTrack(int Index, TrackAbsence Absence, int Status, long SinceMicros);
