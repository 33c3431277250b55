using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastRtspProxy.Simulator.Report;

/// <summary>The JSON of reports, generated at build time.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LoadReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    public static string Write(LoadReport report) => JsonSerializer.Serialize(report, Default.LoadReport) + "\n";
}
