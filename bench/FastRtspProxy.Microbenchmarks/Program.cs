using BenchmarkDotNet.Running;
using FastRtspProxy.Microbenchmarks;

// --gate: run every benchmark for a short while, compare the bytes allocated per operation with budgets.json, exit code 1 on a failure.
// Anything else is BenchmarkDotNet's own command line, for example: --filter '*Rtsp*'.
if (args is ["--gate", ..])
{
    return AllocationGate.Run(Path.Combine(AppContext.BaseDirectory, "budgets.json"), Console.Out);
}

BenchmarkSwitcher.FromAssembly(typeof(AllocationGate).Assembly).Run(args, BenchmarkSettings.ForPeople());
return 0;
