using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace FastRtspProxy.Microbenchmarks;

/// <summary>In this process, so that no project is generated and built for each benchmark: the gate is to be over in a minute.</summary>
internal static class BenchmarkSettings
{
    /// <summary>What ends a benchmark that hangs; on a machine with ten times as much else to do one of a second takes half a minute.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    /// <summary>A second a benchmark. Allocated bytes are exact after that; times are a hint.</summary>
    public static IConfig ForGate() => Base()
        .AddLogger(NullLogger.Instance)
        .AddJob(Job.Default
            .WithToolchain(new InProcessEmitToolchain(s_limit, logOutput: false))
            .WithWarmupCount(2)
            .WithIterationCount(3)
            .WithIterationTime(TimeInterval.FromMilliseconds(100)));

    public static IConfig ForPeople() => Base()
        .AddLogger(ConsoleLogger.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));

    private static ManualConfig Base() => ManualConfig.CreateEmpty()
        .AddDiagnoser(MemoryDiagnoser.Default)
        .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "FastRtspProxy.Microbenchmarks"));
}
