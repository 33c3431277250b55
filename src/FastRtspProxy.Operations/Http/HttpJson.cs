using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastRtspProxy.Operations.Http;

/// <summary>How the door's own values are written; the API has a context of its own.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HttpProblem))]
[JsonSerializable(typeof(HttpLogIn))]
[JsonSerializable(typeof(HttpWhoAmI))]
internal sealed partial class HttpJson : JsonSerializerContext;
