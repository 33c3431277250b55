namespace FastRtspProxy.SimulatedCamera;

/// <summary>Whether the camera encrypts its media (SRTP), and who names the keys.</summary>
internal enum SimulatedCameraSrtp
{
    /// <summary>In the clear.</summary>
    None,

    /// <summary>By <c>a=crypto</c> in its description (RFC 4568).</summary>
    Sdes,

    /// <summary>By <c>a=key-mgmt:mikey</c> in its description (RFC 3830, RFC 4567).</summary>
    Mikey,

    /// <summary>The client does, by <c>KeyMgmt</c> in SETUP.</summary>
    Client,
}
