namespace FastRtspProxy.EndToEndTests.Players;

/// <summary>What a player decoded of one track: frames, or blocks of samples, and their length in time: of sound by its samples, of video from the first frame's time stamp to the last one's.</summary>
public sealed record DecodedTrack(string MediaType, int Frames, double Seconds, int DistinctFrames, bool TimestampsRise);
