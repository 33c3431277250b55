using FastRtspProxy.Operations.Cluster;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>An engine that does what a test says.</summary>
internal sealed class FakeOwnership : IOwnership
{
    public IOwnershipWatch Watch { get; private set; } = null!;

    /// <summary>Null: it does not answer.</summary>
    public Func<string, OwnerRecord?> Answer { get; set; } = static _ => null;

    public List<string> Claims { get; } = [];

    public List<(string Stream, long Epoch)> Released { get; } = [];

    /// <summary>False: it does not hear what is let go.</summary>
    public bool HearsReleases { get; set; } = true;

    public void Start(IOwnershipWatch watch) => Watch = watch;

    public Task<OwnerRecord?> ClaimAsync(string stream, string? previous)
    {
        lock (Claims)
        {
            Claims.Add(stream);
        }

        return Task.FromResult(Answer(stream));
    }

    public Task<bool> ReleaseAsync(string stream, long epoch)
    {
        lock (Claims)
        {
            Released.Add((stream, epoch));
        }

        return Task.FromResult(HearsReleases);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
