namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Decides which request of a connection an answer belongs to. The number (CSeq) decides where it can (RFC 2326 section 12.17). Cameras that write
/// another one answer in order all the same (section 9.1), so order decides once a camera was seen to do that. A request that was given up keeps its
/// place, so that its late answer is not taken for the answer to another request. No clock, no sockets.
/// </summary>
internal sealed class AnswerMatcher
{
    /// <summary>
    /// Requests of one connection that are remembered. One or two wait; the rest were given up, by a camera that never answers keep-alives: half an
    /// hour of them at the longest interval. The oldest is forgotten first.
    /// </summary>
    public const int RequestsMax = 64;

    /// <summary>The requests without an answer, the oldest first; no number is there twice.</summary>
    private readonly List<Request> _requests = [];

    /// <summary>True from the first answer with a foreign number on: numbers say nothing on this connection.</summary>
    private bool _byOrder;

    /// <summary>A request goes out.</summary>
    public void Ask(int cseq)
    {
        if (_requests.Count == RequestsMax)
        {
            _requests.RemoveAt(Math.Max(0, _requests.FindIndex(static r => r.IsGivenUp)));
        }

        _requests.Add(new Request(cseq, false));
    }

    /// <summary>Nobody waits for that one's answer any more.</summary>
    public void GiveUp(int cseq)
    {
        int index = IndexOf(cseq);
        if (index >= 0)
        {
            _requests[index] = new Request(cseq, true);
        }
    }

    /// <summary>An answer has come, with that number or without any.</summary>
    public AnswerMatch Answer(long? cseq)
    {
        // Quirk (several cameras, gortsplib issue 1050): no CSeq in the answer. It says nothing, so the order does, for this answer.
        if (_byOrder || cseq is not { } number)
        {
            return Take(0, false);
        }

        int index = IndexOf(number);
        if (index >= 0)
        {
            return Take(index, false);
        }

        // Quirk (Hisilicon answers 0, Tapo the number before): where exactly one request is on its way, and none was given up that could be meant
        // instead, the answer belongs to that request.
        _byOrder = _requests is [{ IsGivenUp: false }];
        return _byOrder ? Take(0, true) : default;
    }

    private AnswerMatch Take(int index, bool beganOrder)
    {
        if (index >= _requests.Count)
        {
            return default;
        }

        Request request = _requests[index];
        _requests.RemoveAt(index);
        return new AnswerMatch(request.CSeq, request.IsGivenUp, beganOrder);
    }

    private int IndexOf(long cseq) => _requests.FindIndex(r => r.CSeq == cseq);

    private readonly record struct Request(int CSeq, bool IsGivenUp);
}
