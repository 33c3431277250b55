using BenchmarkDotNet.Running;
using FastRtspProxy.Microbenchmarks;
using FastRtspProxy.Microbenchmarks.ControlInput;

// --gate: run every benchmark for a short while, compare the bytes allocated per operation with budgets.json, exit code 1 on a failure.
// --control-input pull|pipe: a contestant of perf-scripts/control-input.sh.
// --srtp: what a packet of a camera that encrypts costs, by processor time.
// Anything else is BenchmarkDotNet's own command line, for example: --filter '*Rtsp*'.
if (args is ["--gate", ..])
{
    return AllocationGate.Run(Path.Combine(AppContext.BaseDirectory, "budgets.json"), Console.Out);
}

if (args is ["--control-input", "pull" or "pipe"])
{
    return ControlInputServer.Run(args[1]);
}

if (args is ["--srtp"])
{
    return SrtpCost.Run(Console.Out);
}

BenchmarkSwitcher.FromAssembly(typeof(AllocationGate).Assembly).Run(args, BenchmarkSettings.ForPeople());
return 0;
