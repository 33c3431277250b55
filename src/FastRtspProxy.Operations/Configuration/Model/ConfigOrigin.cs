namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>Where a stream was said.</summary>
internal enum ConfigOrigin
{
    /// <summary>The file that people write: no request changes it.</summary>
    File,

    /// <summary>The arguments of the program: they are there as long as it runs.</summary>
    CommandLine,

    /// <summary>A request.</summary>
    Api,
}
