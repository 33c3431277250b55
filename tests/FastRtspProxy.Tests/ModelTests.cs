namespace FastRtspProxy.Tests;

/// <summary>The models (models/*.pml) stand for statements of the code; models/check.sh checks what they say.</summary>
public sealed class ModelTests
{
    private static readonly string s_root = Repository.Root;

    public static TheoryData<string> Models => [.. Directory.GetFiles(Path.Combine(s_root, "models"), "*.pml").Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Models))]
    public void Code_OfEachModel_IsThere(string model)
    {
        List<string> missing = [];
        int named = 0;
        foreach (string line in File.ReadLines(Path.Combine(s_root, "models", model)).Where(static line => line.StartsWith(" * CODE ", StringComparison.Ordinal)))
        {
            string[] parts = line[" * CODE ".Length..].Split(" | ", 2);
            string file = Path.Combine(s_root, parts[0]);
            named++;
            if (!File.Exists(file) || !File.ReadAllText(file).Contains(parts[1], StringComparison.Ordinal))
            {
                missing.Add(line);
            }
        }

        Assert.True(named > 0, $"{model} names no code.");
        Assert.True(missing.Count == 0, $"{model} stands for code that is not there any more. Change the model first, then these lines:\n{string.Join('\n', missing)}");
    }

    [Fact]
    public void Comments_ThatNameAModel_NameOneThatExists()
    {
        List<string> dangling = [];
        foreach (string file in Directory.GetFiles(Path.Combine(s_root, "src"), "*.cs", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(file);
            for (int at = text.IndexOf("models/", StringComparison.Ordinal); at >= 0; at = text.IndexOf("models/", at + 1, StringComparison.Ordinal))
            {
                int end = text.IndexOf(".pml", at, StringComparison.Ordinal);
                if (end > 0 && end - at < 40 && !File.Exists(Path.Combine(s_root, text[at..end] + ".pml")))
                {
                    dangling.Add($"{file}: {text[at..end]}.pml");
                }
            }
        }

        Assert.Empty(dangling);
    }
}
