namespace FastRtspProxy.Tests;

/// <summary>
/// Tests that read this thread's allocated bytes to the byte run after the others, alone: a collection that another thread causes would retire this thread's
/// allocation buffer and count its rest.
/// </summary>
[CollectionDefinition(nameof(Allocations), DisableParallelization = true)]
public sealed class Allocations;
