using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>One track's fault is that track's alone: what a SETUP that failed means.</summary>
public sealed class TrackSetupTests
{
    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(451)]
    [InlineData(455)]
    [InlineData(459)]
    [InlineData(461)]
    [InlineData(500)]
    [InlineData(501)]
    [InlineData(551)]
    public void Judge_AStatusThatIsAboutTheTrack_LeavesItOutUnlessItIsTheOneThatCounts(int status)
    {
        Assert.Equal(SetupVerdict.LeaveOut, TrackSetup.Judge(isNeeded: false, BackendFailureKind.Refused, status));
        Assert.Equal(SetupVerdict.Refused, TrackSetup.Judge(isNeeded: true, BackendFailureKind.Refused, status));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(453)]
    [InlineData(454)]
    [InlineData(503)]
    public void Judge_AStatusThatIsAboutTheSession_EndsItWhicheverTrackGotIt(int status)
    {
        Assert.Equal(SetupVerdict.EndSession, TrackSetup.Judge(isNeeded: false, BackendFailureKind.Busy, status));
        Assert.Equal(SetupVerdict.EndSession, TrackSetup.Judge(isNeeded: true, BackendFailureKind.Busy, status));
    }

    [Theory]
    [InlineData(BackendFailureKind.NoAnswer, false, SetupVerdict.LeaveOut)]
    [InlineData(BackendFailureKind.NoAnswer, true, SetupVerdict.EndSession)]
    [InlineData(BackendFailureKind.ConnectionLost, false, SetupVerdict.EndSession)]
    [InlineData(BackendFailureKind.NotRtsp, false, SetupVerdict.EndSession)]
    [InlineData(BackendFailureKind.WayFailed, false, SetupVerdict.EndSession)]
    internal void Judge_NoAnswer_SilenceIsTheTracksAndTheRestTheSessions(BackendFailureKind kind, bool isNeeded, SetupVerdict verdict) =>
        Assert.Equal(verdict, TrackSetup.Judge(isNeeded, kind, status: 0));

    // Capitals are left out already; the digit is the track that is asked about.
    [Theory]
    [InlineData("va", 0, true)]
    [InlineData("va", 1, false)]
    [InlineData("av", 0, false)]
    [InlineData("av", 1, true)]
    [InlineData("vva", 0, false)]
    [InlineData("vva", 1, false)]
    [InlineData("Vva", 1, true)]
    [InlineData("vVa", 0, true)]
    [InlineData("a", 0, true)]
    [InlineData("am", 0, false)]
    [InlineData("Am", 1, true)]
    [InlineData("aM", 0, true)]
    public void IsNeeded_TheOnlyVideoThatIsLeftOrTheLastTrackOfAll_Is(string tracks, int asked, bool isNeeded)
    {
        List<BackendTrack> all = [];
        foreach (char kind in tracks)
        {
            string type = char.ToLowerInvariant(kind) switch { 'v' => "video 0 RTP/AVP 26", 'a' => "audio 0 RTP/AVP 0", _ => "application 0 RTP/AVP 107" };
            Assert.True(SdpDocument.TryParse(System.Text.Encoding.ASCII.GetBytes($"v=0\r\ns=x\r\nt=0 0\r\nm={type}\r\n"), out SdpDocument? document, out _));
            all.Add(new BackendTrack(all.Count, document.Media[0], "x", new RecordingSink(), new VideoSilence())
            {
                Absence = char.IsUpper(kind) ? TrackAbsence.Refused : null,
            });
        }

        Assert.Equal(isNeeded, TrackSetup.IsNeeded(all, all[asked]));
    }

    [Theory]
    [InlineData(0, 0.01, 3)]
    [InlineData(3, 0.01, 1)]
    [InlineData(4, 0.01, 1)]
    [InlineData(0, 2.5, 5)]
    [InlineData(0, 12, 10)]
    public void Patience_OfASilentTrack_IsThreeSecondsOnceAndInTheCamerasOwnMeasure(double waited, double slowest, double patience) =>
        Assert.Equal(
            TimeSpan.FromSeconds(patience),
            TrackSetup.Patience(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(waited), TimeSpan.FromSeconds(slowest), TimeSpan.FromSeconds(10)));
}
