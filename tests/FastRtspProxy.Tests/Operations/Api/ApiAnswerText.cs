using System.Text.Json.Nodes;

namespace FastRtspProxy.Tests.Operations.Api;

/// <summary>An answer of the API.</summary>
internal sealed record ApiAnswerText(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Its body as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string Tag => Headers["ETag"];

    /// <summary>The places that a problem names.</summary>
    public string Pointers => string.Join(' ', Json["errors"]?.AsArray().Select(static error => (string?)error!["pointer"]) ?? []);

    public string Config => Json["config"]!.ToJsonString();
}
