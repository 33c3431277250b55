namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// What the sessions with a camera have learnt of its back channel (ONVIF streaming specification, section 5.3); it outlives each session. A camera
/// that refuses the question, or falls silent at it, is asked without it for an hour: the stream matters more. No clock, no sockets; on the mount's
/// shard.
/// </summary>
internal sealed class BackChannelRecord
{
    /// <summary>The option tag, in our requests and in those of clients.</summary>
    public const string OptionTag = "www.onvif.org/ver20/backchannel";

    /// <summary>The camera is asked without the tag until then; 0: it is asked with it.</summary>
    private long _withoutUntilMicros;

    /// <summary>The last question with the tag had no answer, and the one without it that follows is to show whether the tag was why.</summary>
    private bool _isSuspected;

    /// <summary>
    /// Which of the camera's back channels, from 0, the next session sets up: that of whoever talked last, or asked for one while nobody had.
    /// </summary>
    public int Wanted { get; set; }

    /// <summary>The camera's back channel was said to be of no use, in the same words; it is said again when the words are others.</summary>
    public string? Said { get; set; }

    /// <summary>True where the next DESCRIBE asks for the back channel.</summary>
    public bool IsAsked(long nowMicros) => !_isSuspected && nowMicros >= _withoutUntilMicros;

    /// <summary>The camera does not bear the tag: it has answered without it only.</summary>
    public void OnRefused(long nowMicros)
    {
        _isSuspected = false;
        _withoutUntilMicros = nowMicros + TransportChoice.ForgetMicros;
    }

    /// <summary>A request with the tag was not answered; it may have been the tag, or the camera is gone.</summary>
    public void OnUnanswered() => _isSuspected = true;

    /// <summary>DESCRIBE without the tag has ended. True: the camera answers without the tag, and did not with it.</summary>
    public bool OnAskedWithout(bool isOk, long nowMicros)
    {
        bool wasTheTag = _isSuspected && isOk;
        _isSuspected = false;
        if (wasTheTag)
        {
            OnRefused(nowMicros);
        }

        return wasTheTag;
    }

    /// <summary>A status that may be about the tag, and not about who asks, for what, or when.</summary>
    public static bool MayBeAboutTheTag(int status) => status is >= 400 and not (401 or 403 or 404 or 407 or 410 or 453 or 454 or 503);
}
