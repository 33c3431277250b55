namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>The files that a configuration is made of, as its reader sees them.</summary>
internal interface IConfigFiles
{
    /// <summary>
    /// The bytes of a file, one more than <paramref name="bytesMax"/> at most: then it is too large, and how large does not matter.
    /// </summary>
    FileContent Read(string path, int bytesMax);
}
