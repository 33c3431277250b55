using System.Text.Json;
using System.Text.RegularExpressions;

namespace FastRtspProxy.Tests.Documents;

/// <summary>THIRD-PARTY-NOTICES.txt names what the two programs contain of others, and nothing else; it goes into tarball, Debian package and image.</summary>
public sealed partial class NoticesTests
{
    private const string PageVendor = "src/FastRtspProxy.Operations/Page/Files/vendor";

    private static readonly string s_notices = Repository.Text("THIRD-PARTY-NOTICES.txt");

    [Fact]
    public void Sections_AreWhatTheProgramsAreBuiltFrom()
    {
        SortedSet<string> expected = [".NET runtime | fastrtspproxy, rtspsim", "ASP.NET Core | fastrtspproxy", "OpenSSL | fastrtspproxy, rtspsim"];
        foreach (IGrouping<string, (string Package, string Version, string Program)> package in Packages().GroupBy(static one => one.Package))
        {
            expected.Add($"{package.Key} | {string.Join(", ", package.Select(static one => one.Program))}");
        }

        foreach (string licence in Directory.GetFiles(Path.Combine(Repository.Root, PageVendor), "*.LICENSE"))
        {
            expected.Add($"{Path.GetFileNameWithoutExtension(licence)} | fastrtspproxy, the page");
        }

        SortedSet<string> actual = [.. Heading().Matches(s_notices).Select(static match => $"{match.Groups["name"].Value} | {match.Groups["where"].Value}")];

        Assert.Equal(expected, actual);
    }

    /// <summary>HdrHistogram's package gives an address instead of an SPDX expression.</summary>
    [Fact]
    public void Sections_LicenceIsThatOfThePackage()
    {
        Dictionary<string, string> licences = Heading().Matches(s_notices).ToDictionary(static match => match.Groups["name"].Value, static match => match.Groups["licence"].Value);
        foreach ((string package, string version, _) in Packages().Where(static one => one.Package != "HdrHistogram"))
        {
            string name = package.ToLowerInvariant();
            string specification = File.ReadAllText(Path.Combine(PackageFolder(), name, version, $"{name}.nuspec"));
            Assert.Contains($"<license type=\"expression\">{licences[package]}</license>", specification, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("uPlot")]
    [InlineData("jmuxer")]
    public void Vendored_LicenceStandsWhole(string name)
    {
        Assert.Contains(Repository.Text($"{PageVendor}/{name}.LICENSE").Trim('\n'), s_notices, StringComparison.Ordinal);
    }

    /// <summary>The packages whose assemblies are in a program, by what restoring has written down.</summary>
    private static List<(string Package, string Version, string Program)> Packages()
    {
        List<(string Package, string Version, string Program)> packages = [];
        foreach ((string project, string program) in (ReadOnlySpan<(string, string)>)[("FastRtspProxy", "fastrtspproxy"), ("FastRtspProxy.Simulator", "rtspsim")])
        {
            using JsonDocument assets = JsonDocument.Parse(Repository.Text($"src/{project}/obj/project.assets.json"));
            foreach (JsonProperty library in assets.RootElement.GetProperty("targets").GetProperty("net10.0").EnumerateObject())
            {
                if (library.Value.GetProperty("type").GetString() == "package" && library.Value.TryGetProperty("runtime", out JsonElement files)
                    && files.EnumerateObject().Any(static file => file.Name.EndsWith(".dll", StringComparison.Ordinal)))
                {
                    string[] parts = library.Name.Split('/');
                    packages.Add((parts[0], parts[1], program));
                }
            }
        }

        return packages;
    }

    private static string PackageFolder()
    {
        using JsonDocument assets = JsonDocument.Parse(Repository.Text("src/FastRtspProxy/obj/project.assets.json"));
        return assets.RootElement.GetProperty("packageFolders").EnumerateObject().First().Name;
    }

    [GeneratedRegex(@"^={80}\n(?<name>[^|\n]+) \| (?<licence>[^|\n]+) \| (?<where>[^|\n:]+)(:[^\n]*)?\n={80}$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
