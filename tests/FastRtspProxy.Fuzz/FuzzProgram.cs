using System.Reflection;
using System.Runtime.InteropServices;
using SharpFuzz;

namespace FastRtspProxy.Fuzz;

/// <summary>
/// The command line: what <c>perf-scripts/fuzz.sh</c> calls. A run under AFL++ reads inputs from it until it is ended; a replay needs no instrumentation and is what
/// the unit tests do with the corpus.
/// </summary>
internal static class FuzzProgram
{
    /// <summary>What SharpFuzz maps.</summary>
    private const int TraceBytes = 65_536;

    private const string Usage = """
        FastRtspProxy.Fuzz list                    the targets
        FastRtspProxy.Fuzz run TARGET              under afl-fuzz; without it, one input from standard input
        FastRtspProxy.Fuzz replay TARGET FILE…     runs files through a target; status 1 when one fails
        FastRtspProxy.Fuzz instrument FOLDER       writes the probes into the copied assemblies of a folder
        """;

    public static int Run(string[] args)
    {
        GiveTracesMemory();
        switch (args)
        {
            case ["list"]:
                foreach (FuzzTarget target in FuzzTargets.All)
                {
                    Console.WriteLine(target.Name);
                }

                return 0;
            case ["run", string name] when FuzzTargets.Find(name) is { } target:
                Fuzzer.Run(stream => FuzzGuard.Execute(target, ReadAll(stream)));
                return 0;
            case ["replay", string name, .. string[] files] when FuzzTargets.Find(name) is { } target:
                return Replay(target, files);
            case ["instrument", string folder]:
                return Instrument(folder);
            case ["run" or "replay", string name, ..]:
                Console.Error.WriteLine($"There is no target \"{name}\"; `list` names them.");
                return 2;
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }

    /// <summary>
    /// Probes count where they are told to; making the targets calls instrumented code before the fuzzer tells them. By name: an assembly that refers to the probes' memory is taken for an
    /// instrumented one.
    /// </summary>
    private static unsafe void GiveTracesMemory() => Type.GetType("SharpFuzz.Common.Trace, SharpFuzz.Common", throwOnError: true)!
        .GetField("SharedMem", BindingFlags.Public | BindingFlags.Static)!
        .SetValue(null, Pointer.Box(NativeMemory.AllocZeroed(TraceBytes), typeof(byte*)));

    private static byte[] ReadAll(Stream stream)
    {
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static int Replay(FuzzTarget target, string[] files)
    {
        int failed = 0;
        foreach (string file in files)
        {
            try
            {
                FuzzGuard.Execute(target, File.ReadAllBytes(file));
            }
            catch (Exception e) when (e is not IOException)
            {
                failed++;
                Console.Error.WriteLine($"{file}: {e}");
            }
        }

        Console.WriteLine($"{target.Name}: {files.Length} replayed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    /// <summary>The parsers, and of this program the planted faults alone: coverage of the properties would only lead the fuzzer astray.</summary>
    private static int Instrument(string folder)
    {
        Options options = Options.Value;
        foreach (string assembly in new[] { "FastRtspProxy.Protocol.dll", "FastRtspProxy.Captures.dll", "FastRtspProxy.Engine.dll" })
        {
            Instrument(Path.Combine(folder, assembly), _ => true, options);
        }

        Instrument(
            Path.Combine(folder, "FastRtspProxy.Operations.dll"), static name => name.Contains(".Operations.Cluster.", StringComparison.Ordinal), options);
        Instrument(Path.Combine(folder, "FastRtspProxy.Fuzz.dll"), static name => name.EndsWith(nameof(Targets.PlantedParser), StringComparison.Ordinal), options);
        return 0;
    }

    private static void Instrument(string path, Func<string, bool> matches, Options options)
    {
        int types = 0;
        foreach (string _ in Fuzzer.Instrument(path, matches, options))
        {
            types++;
        }

        Console.WriteLine($"{Path.GetFileName(path)}: {types} types");
    }
}
