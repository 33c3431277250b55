namespace FastRtspProxy.Simulator.Probe;

/// <summary>
/// The rules that the probe can try from outside. docs/conformance.md has the whole list with a sentence each, and a test holds the two together.
/// </summary>
internal static class Rules
{
    public static readonly Rule CSeqComesBack = new("S1", "RFC 2326 12.17");
    public static readonly Rule CSeqIsThere = new("S2", "RFC 2326 12.17");
    public static readonly Rule OrderOfAnswers = new("S3", "RFC 2326 9.1");
    public static readonly Rule Options = new("S5", "RFC 2326 10.1, D.2");
    public static readonly Rule UnknownMethod = new("S6", "RFC 2326 10, 11.3.1");
    public static readonly Rule Version = new("S7", "RFC 2326 7.1, 11");
    public static readonly Rule MethodsAreCaseSensitive = new("S8", "RFC 2326 10");
    public static readonly Rule HeaderForms = new("S9", "RFC 2326 4, 12; RFC 2068 4.2");
    public static readonly Rule Require = new("S10", "RFC 2326 10.1, 11.3.14, 12.27, 12.32");
    public static readonly Rule Description = new("S12", "RFC 2326 10.2, C.1.1, C.1.7, C.3");
    public static readonly Rule TransportList = new("S14", "RFC 2326 12.39");
    public static readonly Rule UnsupportedTransport = new("S15", "RFC 2326 11.3.12");
    public static readonly Rule SessionId = new("S16", "RFC 2326 3.4, 12.37");
    public static readonly Rule UnknownSession = new("S17", "RFC 2326 10.4, 11.3.5");
    public static readonly Rule UdpPorts = new("S19", "RFC 2326 12.39; RFC 3550 11");
    public static readonly Rule Channels = new("S20", "RFC 2326 10.12");
    public static readonly Rule Play = new("S24", "RFC 2326 10.5, 12.29, A.2");
    public static readonly Rule FirstPacket = new("S25", "RFC 2326 10.5, 12.33");
    public static readonly Rule Timestamp = new("S27", "RFC 2326 12.38");
    public static readonly Rule Teardown = new("S30", "RFC 2326 10.7");
    public static readonly Rule Parameters = new("S31", "RFC 2326 10.8, 10.9");
    public static readonly Rule HttpTunnel = new("S39", "Apple QTSS guide, 2; ONVIF Streaming");
    public static readonly Rule RequestsWithoutEnd = new("S45", "RFC 2326 7.1.1, 16");
    public static readonly Rule CompoundReports = new("R1", "RFC 3550 6.1");

    public static IReadOnlyList<Rule> All { get; } =
    [
        CSeqComesBack, CSeqIsThere, OrderOfAnswers, Options, UnknownMethod, Version, MethodsAreCaseSensitive, HeaderForms, Require, Description,
        TransportList,
        UnsupportedTransport, SessionId, UnknownSession, UdpPorts, Channels, Play, FirstPacket, Timestamp, Teardown, Parameters, HttpTunnel,
        RequestsWithoutEnd,
        CompoundReports,
    ];
}
