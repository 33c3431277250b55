namespace FastRtspProxy.Engine.Backend;

/// <summary>Whose answer one is.</summary>
/// <param name="CSeq">The number of the request that it answers; null: nobody's.</param>
/// <param name="IsLate">That request was given up before, so nobody waits for the answer any more.</param>
/// <param name="BeganOrder">The answer carried another number than its request, and it is the first on this connection that did.</param>
internal readonly record struct AnswerMatch(int? CSeq, bool IsLate = false, bool BeganOrder = false);
