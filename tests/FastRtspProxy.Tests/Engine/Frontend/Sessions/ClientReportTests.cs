using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtcp;

namespace FastRtspProxy.Tests.Engine.Frontend;

public sealed class ClientReportTests
{
    private ClientReport _report;

    [Fact]
    public void Note_Loss_IsLostOnTheWay()
    {
        Report(highest: 100, lost: 3);
        Report(highest: 200, lost: 7);
        Assert.Equal(7, _report.LostOnTheWay);
    }

    [Fact]
    public void Note_AfterAPause_WhatWasSentMeanwhileIsNotLost()
    {
        Report(highest: 100, lost: 2);
        _report.IsPaused = true;
        Report(highest: 100, lost: 2);
        Report(highest: 250, lost: 114);
        Assert.Equal(2, _report.LostOnTheWay);
        Report(highest: 300, lost: 119);
        Assert.Equal(7, _report.LostOnTheWay);
    }

    [Fact]
    public void Note_SeveralPauses_AreEachLeftOut()
    {
        Report(highest: 100, lost: 0);
        _report.IsPaused = true;
        Report(highest: 1000, lost: 800);
        _report.IsPaused = true;
        Report(highest: 2000, lost: 1700);
        Assert.Equal(0, _report.LostOnTheWay);
    }

    [Fact]
    public void Note_AClientThatCountsAnewAfterThePause_StillReportsWhatItLosesThen()
    {
        Report(highest: 60_000, lost: 40);
        _report.IsPaused = true;
        Report(highest: 1000, lost: 0);
        Report(highest: 2000, lost: 5);
        Assert.Equal(45, _report.LostOnTheWay);
    }

    [Fact]
    public void Note_PausedBeforeItsFirstReport_TheFirstOneCountsFromThere()
    {
        _report.IsPaused = true;
        Report(highest: 500, lost: 112);
        Assert.Equal(0, _report.LostOnTheWay);
        Report(highest: 600, lost: 113);
        Assert.Equal(1, _report.LostOnTheWay);
    }

    private void Report(uint highest, int lost) => _report.Note(new RtcpReportBlock(1, 0, lost, highest, 0, 0, 0));
}
