using System.Diagnostics.CodeAnalysis;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>What a value may be, for people and for editors.</summary>
internal abstract class ConfigType(string name, string remark)
{
    /// <summary>In capital letters, as in the help text.</summary>
    public string Name { get; } = name;

    /// <summary>Its range or its form; empty where the name says all.</summary>
    public string Remark { get; } = remark;

    /// <summary>All words that there are; empty: it is no choice of words.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>What JSON has for it: string, number, integer, boolean.</summary>
    public IReadOnlyList<string> JsonTypes { get; init; } = ["string"];

    /// <summary>Of a number, both ends included.</summary>
    public (long Least, long Most)? Range { get; init; }

    /// <summary>A null is a value.</summary>
    public bool TakesNull { get; init; }

    /// <summary>It is never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>A text value without its secrets, so that it can be read back; null: there is none in it.</summary>
    public Func<string, string>? WithoutSecrets { get; init; }

    /// <summary>What may be shown of it.</summary>
    public Func<string, string> Mask { get; init; } = static text => text;
}
