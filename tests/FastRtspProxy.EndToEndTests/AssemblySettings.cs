using System.Runtime.Versioning;

// Most of a test's time is waiting for media to pass in real time: two cores carry three tests at once (a camera encodes 320x240, a player decodes it).
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
[assembly: SupportedOSPlatform("linux")]
