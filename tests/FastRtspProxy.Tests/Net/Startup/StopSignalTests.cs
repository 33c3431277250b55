using System.Runtime.InteropServices;
using FastRtspProxy.Net.Startup;

namespace FastRtspProxy.Tests.Net.Startup;

public sealed class StopSignalTests
{
    [Fact]
    public void OnSignal_First_AsksForTheEndAndIsKept()
    {
        using StopSignal stop = new();
        PosixSignalContext signal = new(PosixSignal.SIGTERM);

        stop.OnSignal(signal);

        Assert.True(signal.Cancel);
        Assert.True(stop.Task.IsCompleted);
        Assert.True(stop.Token.IsCancellationRequested);
    }

    [Fact]
    public void OnSignal_Second_IsLeftToItsDefault()
    {
        using StopSignal stop = new();
        stop.OnSignal(new PosixSignalContext(PosixSignal.SIGINT));
        PosixSignalContext second = new(PosixSignal.SIGINT);

        stop.OnSignal(second);

        Assert.False(second.Cancel);
    }

    /// <summary>A closed terminal sends two, systemd one behind its SIGTERM: the end that is under way goes on.</summary>
    [Theory]
    [InlineData(PosixSignal.SIGHUP)]
    [InlineData(PosixSignal.SIGTERM)]
    public void OnSignal_HangUpBehindAnother_ChangesNothing(PosixSignal first)
    {
        using StopSignal stop = new();
        stop.OnSignal(new PosixSignalContext(first));
        PosixSignalContext hangUp = new(PosixSignal.SIGHUP);

        stop.OnSignal(hangUp);

        Assert.True(hangUp.Cancel);
        Assert.True(stop.Task.IsCompleted);
    }

    [Fact]
    public void OnSignal_TimeToDrain_TheFirstDrainsAndTheSecondAsksForTheEnd()
    {
        using StopSignal stop = new() { Drain = TimeSpan.FromMinutes(1) };
        PosixSignalContext first = new(PosixSignal.SIGTERM);
        PosixSignalContext second = new(PosixSignal.SIGTERM);
        PosixSignalContext third = new(PosixSignal.SIGTERM);

        stop.OnSignal(first);

        Assert.True(first.Cancel);
        Assert.True(stop.Draining.IsCompleted);
        Assert.False(stop.Task.IsCompleted);

        stop.OnSignal(second);
        stop.OnSignal(third);

        Assert.True(second.Cancel);
        Assert.True(stop.Task.IsCompleted);
        Assert.False(third.Cancel);
    }

    /// <summary>systemd sends one behind its SIGTERM: the drain is not cut short by it.</summary>
    [Fact]
    public void OnSignal_HangUpWhileDraining_ChangesNothing()
    {
        using StopSignal stop = new() { Drain = TimeSpan.FromMinutes(1) };
        PosixSignalContext hangUp = new(PosixSignal.SIGHUP);
        stop.OnSignal(new PosixSignalContext(PosixSignal.SIGTERM));

        stop.OnSignal(hangUp);

        Assert.True(hangUp.Cancel);
        Assert.False(stop.Task.IsCompleted);
    }

    [Fact]
    public void Ask_AfterADrain_IsTheEnd()
    {
        using StopSignal stop = new() { Drain = TimeSpan.FromMinutes(1) };
        stop.OnSignal(new PosixSignalContext(PosixSignal.SIGTERM));

        Assert.True(stop.Ask());
        Assert.False(stop.Ask());
        Assert.True(stop.Token.IsCancellationRequested);
    }

    [Fact]
    public void OnSignal_SomebodyWantsHangUps_TheyEndNothing()
    {
        int hangUps = 0;
        using StopSignal stop = new(hungUp: () => hangUps++);
        PosixSignalContext hangUp = new(PosixSignal.SIGHUP);

        stop.OnSignal(hangUp);
        stop.OnSignal(hangUp);

        Assert.Equal(2, hangUps);
        Assert.True(hangUp.Cancel);
        Assert.False(stop.Task.IsCompleted);
    }

    [Fact]
    public void OnSignal_HandlerThatRunsAfterTheEnd_ThrowsNothing()
    {
        StopSignal stop = new();
        stop.Dispose();

        stop.OnSignal(new PosixSignalContext(PosixSignal.SIGTERM));

        Assert.True(stop.Token.IsCancellationRequested);
    }

    [Fact]
    public void OnSignal_WaiterThatThrows_IsNotTheSignalsBusiness()
    {
        using StopSignal stop = new();
        stop.Token.Register(static () => throw new InvalidOperationException("on purpose"));

        stop.OnSignal(new PosixSignalContext(PosixSignal.SIGTERM));

        Assert.True(stop.Task.IsCompleted);
    }

    /// <summary>Whatever hangs, the thread pool included: the limit is kept by a thread that is none of its.</summary>
    [Fact]
    public void OnSignal_NobodyEndsTheProcess_ItsOwnThreadDoes()
    {
        using ManualResetEventSlim ended = new();
        bool isOfThePool = true;
        using StopSignal stop = new(TimeSpan.FromMilliseconds(50), () =>
        {
            isOfThePool = Thread.CurrentThread.IsThreadPoolThread;
            ended.Set();
        });

        stop.OnSignal(new PosixSignalContext(PosixSignal.SIGTERM));

        Assert.True(ended.Wait(TimeSpan.FromSeconds(30)));
        Assert.False(isOfThePool);
    }
}
