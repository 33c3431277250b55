namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>What stands behind a key.</summary>
internal enum KeyForm
{
    /// <summary>One value.</summary>
    Value,

    /// <summary>A list of values, or one value for a list of one.</summary>
    Values,

    /// <summary>A section with keys of the table.</summary>
    Section,

    /// <summary>A list of such sections.</summary>
    Sections,

    /// <summary>Such sections under names that the user gives.</summary>
    NamedSections,

    /// <summary>Values under names that the user gives.</summary>
    NamedValues,
}
