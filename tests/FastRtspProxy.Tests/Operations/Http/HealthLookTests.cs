using FastRtspProxy.Operations.Http;
using Microsoft.Extensions.Time.Testing;

namespace FastRtspProxy.Tests.Operations.Http;

/// <summary>Whether event loops have turns, however many ask.</summary>
public sealed class HealthLookTests
{
    private readonly FakeTimeProvider _time = new();
    private int _looks;
    private Task _turns = Task.CompletedTask;

    [Fact]
    public async Task WhyNot_ManyAsk_IsLookedAtOnceInAWhile()
    {
        HealthLook look = Look();

        for (int i = 0; i < 100; i++)
        {
            Assert.Null(await look.WhyNotAsync());
        }

        Assert.Equal(1, _looks);
        _time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Null(await look.WhyNotAsync());
        Assert.Equal(2, _looks);
    }

    [Fact]
    public async Task WhyNot_ALoopThatHangs_IsSaid()
    {
        _turns = new TaskCompletionSource().Task;
        HealthLook look = Look();
        Task<string?> asked = look.WhyNotAsync();
        Task<string?> another = look.WhyNotAsync();

        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal("an event loop has had no turn for 2 s", await asked);
        Assert.Equal(await asked, await another);
        Assert.Equal(1, _looks);
    }

    private HealthLook Look() => new(
        () =>
        {
            _looks++;
            return _turns;
        },
        _time);
}
