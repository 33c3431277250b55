using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastRtspProxy.SimulatedCamera.Personalities;

/// <summary>Reads personalities without reflection, as NativeAOT needs it.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SimulatedCameraPersonality))]
internal sealed partial class PersonalityJson : JsonSerializerContext;
