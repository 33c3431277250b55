namespace FastRtspProxy.EndToEndTests.Shells;

/// <summary>Asks a shell what it offers at the end of a line.</summary>
internal static class ShellCompletion
{
    private const string End = "-- end --";

    /// <summary>The candidates in order, without the part of the word that stands there already (<c>--start=</c>).</summary>
    /// <param name="shell">bash, zsh or fish.</param>
    /// <param name="line">Up to the cursor.</param>
    /// <param name="folder">Where files are completed.</param>
    public static async Task<string[]> OfferAsync(string shell, string line, string folder)
    {
        string here = Path.Combine(AppContext.BaseDirectory, "Shells");
        string[] plain = shell switch
        {
            "zsh" => ["-f"],
            "fish" => ["--no-config"],
            _ => ["--norc"],
        };
        ProgramOutput answer = await ProgramOutput.OfAsync(
            folder, shell, [.. plain, Path.Combine(here, $"offer.{shell}"), Path.Combine(here, "completions"), line]);
        string[] texts = [.. answer.Lines.Select(static text => text.Trim()).Where(static text => text.Length > 0)];
        Assert.True(answer.Status == 0 && texts.LastOrDefault() == End, answer.ToString());

        string word = line[(line.LastIndexOf(' ') + 1)..];
        string before = word[..(word.IndexOf('=', StringComparison.Ordinal) + 1)];
        return
        [
            .. texts.SkipLast(1).Select(text => text.StartsWith(before, StringComparison.Ordinal) ? text[before.Length..] : text).Distinct()
                .Order(StringComparer.Ordinal),
        ];
    }
}
