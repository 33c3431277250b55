using FastRtspProxy.Tests.Documents.Completions;

namespace FastRtspProxy.Tests.Documents;

/// <summary>
/// A file of the repository that is made from the program's table of keys and options, whole or up to a line behind which people write.
/// </summary>
/// <param name="Path">From the root, with slashes.</param>
/// <param name="Make">What it has to be.</param>
/// <param name="LastLine">The last line that is made; null: all are.</param>
internal sealed record MadeFile(string Path, Func<string> Make, string? LastLine = null)
{
    public static IReadOnlyList<MadeFile> All { get; } =
    [
        new(ConfigurationPage.Path, ConfigurationPage.Made, ConfigurationPage.LastLine),
        new("docs/config.schema.json", ConfigurationSchema.Made),
        new(ConfigurationSample.Path, ConfigurationSample.Made),
        new("docs/fastrtspproxy.1", ManPage.Made),
        new("docs/fastrtspproxy.yaml.5", ConfigurationManPage.Made),
        new("docs/rtspsim.1", SimulatorManPage.Made),
        new(OpenApiPage.Path, OpenApiPage.Made),
        new(ObservePage.Path, ObservePage.Made, ObservePage.LastLine),
        .. CompletedProgram.All.SelectMany(static program => (MadeFile[])
        [
            new($"packaging/completions/{program.Name}.bash", () => BashScript.Made(program)),
            new($"packaging/completions/_{program.Name}", () => ZshScript.Made(program)),
            new($"packaging/completions/{program.Name}.fish", () => FishScript.Made(program)),
        ]),
    ];

    public bool IsUpToDate =>
        File.Exists(FullName)
            && (LastLine is null ? Repository.Text(Path) == Make() : Repository.Text(Path).StartsWith(Make(), StringComparison.Ordinal));

    private string FullName => System.IO.Path.Combine(Repository.Root, Path);

    /// <summary>Writes what is made anew, and leaves what people wrote.</summary>
    public void Write()
    {
        string old = LastLine is not null && File.Exists(FullName) ? File.ReadAllText(FullName) : "";
        int rest = LastLine is null ? -1 : old.IndexOf(LastLine, StringComparison.Ordinal);
        File.WriteAllText(FullName, Make() + (rest < 0 ? "" : old[(rest + LastLine!.Length)..]));
    }
}
