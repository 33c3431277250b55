using System.Collections.Concurrent;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Takes every registration as a test says, and remembers it.</summary>
internal sealed class FakeRegistry : IStreamRegistry
{
    public RegisterOutcome Outcome { get; init; }

    public DeregisterOutcome Removal { get; set; } = DeregisterOutcome.Unknown;

    /// <summary>What a REGISTER waits for.</summary>
    public TaskCompletionSource? Gate { get; init; }

    public ConcurrentQueue<StreamRegistration> Registered { get; } = new();

    public ConcurrentQueue<(string, string?)> Deregistered { get; } = new();

    /// <summary>By URL.</summary>
    public Dictionary<string, string> Names { get; } = [];

    public string? NameOf(RtspUrl url) => Names.GetValueOrDefault(url.Text);

    public async Task<RegisterOutcome> RegisterAsync(StreamRegistration registration)
    {
        Registered.Enqueue(registration);
        await (Gate?.Task ?? Task.CompletedTask);
        return Outcome;
    }

    public Task<DeregisterOutcome> DeregisterAsync(RtspUrl url, string? suffix)
    {
        Deregistered.Enqueue((url.Text, suffix));
        return Task.FromResult(Removal);
    }
}
