namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>Something that is wrong, or that deserves a warning.</summary>
/// <param name="Place">Where it was said.</param>
/// <param name="IsWarning">The configuration can be used all the same.</param>
/// <param name="Text">What is wrong and what would be right. No secret is part of it.</param>
internal sealed record ConfigRemark(ConfigPlace Place, bool IsWarning, string Text)
{
    /// <summary>The path of the key that it is about; null: none, or it is not known.</summary>
    public string? Path { get; init; }

    /// <summary>The text without the key in front of it; null: it is not known apart.</summary>
    public string? Detail { get; init; }

    /// <summary>As compilers write it (<c>file:line:column: text</c>), so that editors find the place.</summary>
    public string Line(string? file)
    {
        string where = Place switch
        {
            { Option: not null } => "",
            _ when file is null => "",
            { Line: 0 } => $"{file}: ",
            { Column: 0 } => $"{file}:{Place.Line}: ",
            _ => $"{file}:{Place.Line}:{Place.Column}: ",
        };
        return where + (IsWarning ? "warning: " : "") + Text;
    }
}
