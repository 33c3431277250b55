using System.Text.Json;

namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>One transaction on one key, and who waits for it.</summary>
/// <param name="Key">No two of the same are in one batch, which etcd would refuse.</param>
/// <param name="Write">Its members.</param>
internal sealed record EtcdTransaction(string Key, Action<Utf8JsonWriter> Write)
{
    /// <summary>The answer, and the revision at which it was given; null: there was none.</summary>
    public TaskCompletionSource<(JsonElement Answer, long Revision)?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
