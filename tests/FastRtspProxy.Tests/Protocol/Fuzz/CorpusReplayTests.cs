using FastRtspProxy.Fuzz;

namespace FastRtspProxy.Tests.Protocol.Fuzz;

/// <summary>
/// Each file of the fuzzing corpus through its target, on the library as it is built for everybody else: the seeds, and whatever the fuzzer has ever found. A crash that it
/// finds becomes a file in <c>tests/FastRtspProxy.Fuzz/corpus</c>, and so a test here, before it is mended.
/// </summary>
[Collection(nameof(Allocations))]
public sealed class CorpusReplayTests
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "corpus");

    public static TheoryData<string, string> Seeds()
    {
        TheoryData<string, string> seeds = [];
        foreach (FuzzTarget target in FuzzTargets.All)
        {
            foreach (string file in Directory.GetFiles(Path.Combine(s_folder, target.Name)).Order(StringComparer.Ordinal))
            {
                seeds.Add(target.Name, Path.GetFileName(file));
            }
        }

        return seeds;
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Execute_Seed_HoldsItsPropertiesAndBounds(string target, string seed)
    {
        FuzzGuard.Execute(FuzzTargets.Find(target)!, File.ReadAllBytes(Path.Combine(s_folder, target, seed)));
    }

    [Fact]
    public void Targets_All_HaveSeedsAndADictionary()
    {
        foreach (FuzzTarget target in FuzzTargets.All)
        {
            Assert.True(Directory.GetFiles(Path.Combine(s_folder, target.Name)).Length >= 5, $"{target.Name} has hardly any seeds");
            Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, "dictionaries", target.Name + ".dict")), $"{target.Name} has no dictionary");
        }

        foreach (string folder in Directory.GetDirectories(s_folder))
        {
            Assert.True(FuzzTargets.Find(Path.GetFileName(folder)) is not null, $"the seeds of {folder} belong to no target");
        }
    }

    [Fact]
    public void Execute_PlantedFaults_AreCaught()
    {
        FuzzTarget planted = FuzzTargets.Planted[0];
        FuzzGuard.Execute(planted, "FRPx0"u8);
        Assert.Throws<IndexOutOfRangeException>(() => FuzzGuard.Execute(planted, "FRPt0"u8));
        Assert.Contains("allocates", Assert.Throws<PropertyException>(() => FuzzGuard.Execute(planted, "FRPm0"u8)).Message, StringComparison.Ordinal);
        byte[] slow = [.. "FRPc"u8, 255];
        Assert.Contains("processor time", Assert.Throws<PropertyException>(() => FuzzGuard.Execute(planted, slow)).Message, StringComparison.Ordinal);
    }
}
