namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>A clock of the day that is set while the steady one goes on.</summary>
internal sealed class JumpingTime() : FakeTimeProvider(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero))
{
    public TimeSpan Jump { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Jump;

    public override long GetTimestamp() => base.GetTimestamp() - Jump.Ticks; // the base takes it from the day
}
