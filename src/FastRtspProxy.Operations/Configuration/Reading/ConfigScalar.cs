namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>A text, a number or nothing: which of them is for the key to say.</summary>
internal sealed class ConfigScalar(ConfigPlace place, string written, bool isPlain = false, string? shown = null) : ConfigNode(place)
{
    /// <summary>As it was written, without its quotation marks and before <c>${...}</c> was replaced: only this may stand in a message.</summary>
    public string Written { get; } = written;

    /// <summary>What a message shows: a part of an option's value is shown as the whole that the user typed.</summary>
    public string Shown { get; } = shown ?? written;

    /// <summary>Without quotation marks: in YAML and JSON a number, a boolean, a null, or a text that looks like none of them.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>True for a null of YAML or JSON; a quoted "null" is a text.</summary>
    public bool IsNull { get; } = isPlain && (written is "" or "~" or "null" or "Null" or "NULL");

    /// <summary>True where nothing was written at all, neither a value nor a null.</summary>
    public bool IsMissing { get; } = isPlain && written.Length == 0;

    public override string Kind => IsNull ? "nothing" : "a single value";

    public override long Weight => 1;
}
