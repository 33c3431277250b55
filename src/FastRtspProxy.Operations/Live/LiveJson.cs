using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastRtspProxy.Operations.Live;

/// <summary>How the live picture's text messages are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LiveDescription))]
internal sealed partial class LiveJson : JsonSerializerContext;
