namespace FastRtspProxy.Tests.Documents;

/// <summary>docs/options.md is what the program's own table of options says.</summary>
public sealed class OptionsPageTests
{
    /// <summary>With UPDATE_DOCS=1 in the environment the page is written anew instead.</summary>
    [Fact]
    public void OptionsPage_IsMadeFromTheTableOfTheProgram()
    {
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            OptionsPage.Write();
        }

        Assert.True(
            Repository.Text(OptionsPage.Path).StartsWith(OptionsPage.Made(), StringComparison.Ordinal),
            $"{OptionsPage.Path} differs from the table of options. Remedy: UPDATE_DOCS=1 dotnet test tests/FastRtspProxy.Tests --filter OptionsPage");
    }
}
