using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace FastRtspProxy.Microbenchmarks;

/// <summary>Runs all benchmarks and holds the bytes that they allocate against a budget. Each benchmark needs a budget and each budget a benchmark.</summary>
internal static class AllocationGate
{
    /// <summary>
    /// What is not counted of a measurement: BenchmarkDotNet 0.15 allocates for itself within it, some 10 KB whatever is measured, which was 1 or 2
    /// bytes an operation where the machine was slow and those were few. The smallest object has 24 bytes, so that one an operation is far more in the
    /// thousands of operations of a measurement.
    /// </summary>
    private const long HarnessBytes = 16 * 1024;

    public static int Run(string budgetsPath, TextWriter output)
    {
        long started = Stopwatch.GetTimestamp();
        Dictionary<string, long> budgets = Read(budgetsPath);
        int passed = 0;
        int failed = 0;
        foreach (Type type in BenchmarkTypes())
        {
            Summary summary = BenchmarkRunner.Run(type, BenchmarkSettings.ForGate());
            foreach (var error in summary.ValidationErrors.Where(error => error.IsCritical))
            {
                output.WriteLine($"FAIL {type.Name}: {error.Message}");
                failed++;
            }

            foreach (BenchmarkCase benchmark in summary.BenchmarksCases)
            {
                string name = $"{type.Name}.{benchmark.Descriptor.WorkloadMethod.Name}";
                bool isGood = Judge(name, summary[benchmark], budgets.TryGetValue(name, out long budget) ? budget : null, output);
                budgets.Remove(name);
                passed += isGood ? 1 : 0;
                failed += isGood ? 0 : 1;
            }
        }

        foreach (string name in budgets.Keys)
        {
            output.WriteLine($"FAIL {name}: a budget without a benchmark");
            failed++;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"allocation gate, {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s"));
        output.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    private static bool Judge(string name, BenchmarkReport? report, long? budget, TextWriter output)
    {
        if (report?.ResultStatistics is not { } times)
        {
            output.WriteLine($"FAIL {name}: did not run");
            return false;
        }

        long bytes = BytesPerOperation(report);
        string measured = string.Create(CultureInfo.InvariantCulture, $"{name}: {bytes} B/op, {times.Mean:F0} ns/op");
        bool isGood = bytes >= 0 && bytes <= budget;
        output.WriteLine(budget is null
            ? $"FAIL {measured}; no budget in budgets.json"
            : $"{(isGood ? "ok  " : "FAIL")} {measured} (budget {budget} B)");
        return isGood;
    }

    /// <summary>Rounded down; -1: it was not measured.</summary>
    private static long BytesPerOperation(BenchmarkReport report)
    {
        long operations = report.GcStats.TotalOperations;
        return operations == 0 || report.GcStats.GetTotalAllocatedBytes(excludeAllocationQuantumSideEffects: true) is not { } total
            ? -1
            : Math.Max(0, total - HarnessBytes) / operations;
    }

    private static IEnumerable<Type> BenchmarkTypes() => typeof(AllocationGate).Assembly.GetTypes()
        .Where(type => type.GetMethods().Any(method => method.GetCustomAttribute<BenchmarkAttribute>() is not null))
        .OrderBy(type => type.Name, StringComparer.Ordinal);

    private static Dictionary<string, long> Read(string path)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
        return json.RootElement.GetProperty("bytesPerOperation").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetInt64());
    }
}
