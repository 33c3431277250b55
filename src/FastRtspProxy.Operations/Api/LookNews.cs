using System.Runtime.CompilerServices;

namespace FastRtspProxy.Operations.Api;

/// <summary>What had happened at a moment: between two that are equal there is nothing that whoever asks must see.</summary>
/// <param name="Events">How many things had been told, and done by requests.</param>
/// <param name="Configuration">What counted then; compared as the object that it is.</param>
internal readonly record struct LookNews(long Events, object Configuration)
{
    public bool Equals(LookNews other) => Events == other.Events && ReferenceEquals(Configuration, other.Configuration);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Events, RuntimeHelpers.GetHashCode(Configuration));
}
