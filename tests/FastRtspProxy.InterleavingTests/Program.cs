using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Coyote;
using Microsoft.Coyote.Logging;
using Microsoft.Coyote.SystematicTesting;

namespace FastRtspProxy.InterleavingTests;

/// <summary>
/// Runs each scenario of the real code in many schedules, none of which may fail, and those of each mutant, one of which must. A run without scheduling decisions tells nothing and fails: the
/// assembly was not rewritten then, or the threads were not seen.
/// </summary>
internal static partial class Program
{
    private const string Scenarios = "FastRtspProxy.InterleavingTests.Scenarios";
    private const string MutantPrefix = "FastRtspProxy.InterleavingTests.Mutants.";
    private const string MutantSuffix = ".mutant";

    /// <summary>The least that two threads which meet in one place can be asked for; every scenario has some dozens.</summary>
    private const int LeastDecisions = 8;

    /// <summary>A livelock is a failure too; the longest scenario takes some hundreds.</summary>
    private const int MostSteps = 20_000;

    /// <summary>What we say; what the tester says of every round goes nowhere.</summary>
    private static readonly TextWriter s_output;

    // Explicit, so that the field is set before Main runs, and not at its first use, when the console is switched off.
    static Program() => s_output = Console.Out;

    private static int Main(string[] args)
    {
        if (args.Length > 2 || !args.All(static a => uint.TryParse(a, CultureInfo.InvariantCulture, out _)) || args is ["0", ..])
        {
            Console.Error.WriteLine("Usage: interleavings [SCHEDULES [SEED]]     schedules of each scenario, 1000 by default, and the seed of their random choices, 1 by default");
            return 1;
        }

        uint schedules = args.Length > 0 ? uint.Parse(args[0], CultureInfo.InvariantCulture) : 1000;
        uint seed = args.Length > 1 ? uint.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        Console.SetOut(TextWriter.Null);
        int bad = 0;
        foreach (MethodInfo scenario in Methods().Where(static m => m.DeclaringType!.Namespace == Scenarios))
        {
            Outcome outcome = Run(Name(scenario), scenario, schedules, seed, mustFail: false);
            if (outcome == Outcome.Blind)
            {
                return 1; // nor would the others see anything, and a mutant would hang
            }

            bad += outcome == Outcome.Good ? 0 : 1;
        }

        foreach ((string mutant, string scenario) in Mutants())
        {
            MethodInfo? method = Methods().SingleOrDefault(m => m.DeclaringType!.Namespace == MutantPrefix + mutant + ".Scenarios" && Name(m) == scenario);
            if (method is null)
            {
                s_output.WriteLine($"{mutant}: there is no scenario {scenario}");
                bad++;
                continue;
            }

            bad += Run("mutant " + mutant, method, schedules, seed, mustFail: true) == Outcome.Good ? 0 : 1;
        }

        s_output.WriteLine(bad == 0 ? "everything came out as it should" : $"{bad} did not come out as they should");
        return bad == 0 ? 0 : 1;
    }

    /// <summary>In rounds of ten schedules of each strategy, so that a bug which one of them finds at once does not wait for the others.</summary>
    private static Outcome Run(string name, MethodInfo scenario, uint schedules, uint seed, bool mustFail)
    {
        const uint RoundSchedules = 10;
        long started = Stopwatch.GetTimestamp();
        uint run = 0;
        long decisions = long.MaxValue;
        string? found = null;
        for (uint round = 0; run < schedules && found is null && decisions >= LeastDecisions; round++)
        {
            // Random choices find what is near; priorities with few and with more changes find what needs one thread to be held up for long.
            Configuration configuration = Configuration.Create().WithTestingIterations(RoundSchedules).WithRandomGeneratorSeed(unchecked((seed * 1_000_003) + round))
                .WithMaxSchedulingSteps(MostSteps).WithFailureOnMaxStepsBoundEnabled().WithTelemetryEnabled(false).WithVerbosityEnabled(VerbosityLevel.None);
            configuration = (round % 3) switch
            {
                0 => configuration.WithRandomStrategy(),
                1 => configuration.WithPrioritizationStrategy(isFair: true, priorityChangeBound: 3),
                _ => configuration.WithPrioritizationStrategy(isFair: true, priorityChangeBound: 10),
            };
            using TestingEngine engine = TestingEngine.Create(configuration, scenario.CreateDelegate<Action>());
            engine.Run();
            TestReport report = engine.TestReport;
            run += (uint)(report.NumOfExploredFairPaths + report.NumOfExploredUnfairPaths);
            if (report.InternalErrors.Count > 0)
            {
                s_output.WriteLine($"{name}: FAILED in the tester itself: {report.InternalErrors.First()}");
                return Outcome.Bad;
            }

            if (report.NumOfFoundBugs > 0)
            {
                found = report.BugReports.First();
            }
            else
            {
                decisions = report.NumOfExploredFairPaths == 0 ? 0 : Math.Min(decisions, report.MinExploredFairSteps);
            }
        }

        string seconds = Stopwatch.GetElapsedTime(started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        if (found is null && decisions < LeastDecisions)
        {
            s_output.WriteLine($"{name}: FAILED: {decisions} scheduling decisions, so nothing was tested (was the assembly rewritten?)");
            return Outcome.Blind;
        }

        s_output.WriteLine(found is null
            ? $"{name}: {(mustFail ? "FAILED: not found" : "good")} in {run} schedules of {decisions} decisions or more, {seconds} s"
            : $"{name}: {(mustFail ? "found" : "FAILED")} at schedule {run}, {seconds} s: {(mustFail ? FirstLine(found) : found)}");
        return found is not null == mustFail ? Outcome.Good : Outcome.Bad;
    }

    private static IEnumerable<MethodInfo> Methods() => typeof(Program).Assembly.GetTypes()
        .SelectMany(static type => type.GetMethods(BindingFlags.Static | BindingFlags.Public))
        .Where(static method => method.GetCustomAttribute<ScenarioAttribute>() is not null);

    private static string Name(MethodInfo scenario) => scenario.DeclaringType!.Name + "." + scenario.Name;

    private static IEnumerable<(string Mutant, string Scenario)> Mutants()
    {
        Assembly assembly = typeof(Program).Assembly;
        foreach (string resource in assembly.GetManifestResourceNames().Where(static n => n.EndsWith(MutantSuffix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(resource)!);
            yield return (resource[..^MutantSuffix.Length], ScenarioLine().Match(reader.ReadToEnd()).Groups[1].Value.Trim());
        }
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();

    [GeneratedRegex(@"^scenario: (.+)$", RegexOptions.Multiline)]
    private static partial Regex ScenarioLine();
}
