namespace FastRtspProxy.Engine.Mounts;

/// <summary>Who reads the camera of one stream, as one mount of it sees that. Any thread.</summary>
internal interface ICameraOwner
{
    /// <summary>What holds now. Replaced as a whole.</summary>
    CameraOwnership Now { get; }

    /// <summary>The mount needs its camera: where nobody owns the stream, somebody is to. May be said again.</summary>
    /// <param name="isServed">It still gets the stream from the box that has let it go.</param>
    void Need(bool isServed = false);

    /// <summary>The stream's settings were changed; that holds at once, also for a session that goes on.</summary>
    /// <param name="stopsWhenAlone"><see cref="StreamOptions.StopsWhenAlone"/>.</param>
    void Rule(bool stopsWhenAlone);

    /// <summary>The camera was let go and nobody needs it here: a stream that this box owns is anybody's again.</summary>
    void Rest();

    /// <summary>The mount ends.</summary>
    void Leave();
}
