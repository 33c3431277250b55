using System.Runtime.Versioning;
using FastRtspProxy.EndToEndTests;

// Most of a test's time is waiting for media to pass in real time: two cores carry four tests at once (a camera encodes 320x240, a player decodes it).
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer(LongestFirst.Type, LongestFirst.Assembly)]
[assembly: SupportedOSPlatform("linux")]
