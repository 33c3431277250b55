namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>From text to nodes.</summary>
internal interface IConfigParser
{
    /// <summary>The root section, or null; then at least one error says why. Errors beside a root are possible too.</summary>
    ConfigMap? Parse(string text, ConfigRemarks remarks);
}
