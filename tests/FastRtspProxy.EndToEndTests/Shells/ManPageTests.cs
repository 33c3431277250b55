namespace FastRtspProxy.EndToEndTests.Shells;

/// <summary>The manual pages, as the programs read them that show them.</summary>
public sealed class ManPageTests
{
    public static TheoryData<string> Pages => ["fastrtspproxy.1", "fastrtspproxy.yaml.5", "rtspsim.1"];

    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "Shells", "man");

    /// <summary>In the way of lintian.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_ReadByMan_HasNoWarnings(string page)
    {
        ProgramOutput man = await ProgramOutput.OfAsync(
            s_folder, "/usr/bin/env", "LC_ALL=C.UTF-8", "MANWIDTH=80", "man", "--warnings=w", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page);

        Assert.Equal((0, ""), (man.Status, man.Errors));
        Assert.Contains("SEE", man.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_ReadByMandoc_HasNothingToMend(string page)
    {
        ProgramOutput lint = await ProgramOutput.OfAsync(s_folder, "/usr/bin/mandoc", "-T", "lint", page);

        Assert.Equal((0, "", ""), (lint.Status, lint.Output, lint.Errors));
    }
}
