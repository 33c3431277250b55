namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>Where something was said.</summary>
/// <param name="Option">The option that said it; null: the file.</param>
/// <param name="Line">From 1; 0: the file as a whole.</param>
/// <param name="Column">From 1; 0: the line as a whole.</param>
internal readonly record struct ConfigPlace(string? Option, int Line, int Column)
{
    /// <summary>The file as a whole.</summary>
    public static ConfigPlace WholeFile => default;

    public static ConfigPlace OfOption(string option) => new(option, 0, 0);
}
