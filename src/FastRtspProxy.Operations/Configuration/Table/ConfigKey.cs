using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A row of the table: all that help, reference page, schema, sample and man page say of a key.</summary>
internal abstract class ConfigKey(string name)
{
    public string Name { get; } = name;

    /// <summary>What it is for, as part of a sentence without a full stop.</summary>
    public required string Text { get; init; }

    public ConfigEffect Effect { get; init; } = ConfigEffect.Live;

    /// <summary>The option that says the same; null: there is none.</summary>
    public OptionSpec? Option { get; init; }

    /// <summary>The default in words, where the value itself does not say it.</summary>
    public string? DefaultText { get; protected set; }

    /// <summary>As <see cref="DefaultText"/>, given by the row.</summary>
    public string? DefaultWords
    {
        init => DefaultText = value;
    }

    /// <summary>What the sample has, as YAML; null: the default, and where there is none the key stands in a comment.</summary>
    public string? Sample { get; init; }

    public abstract KeyForm Form { get; }

    /// <summary>Of a value, or of each of several; null where there are sections.</summary>
    public virtual ConfigType? Type => null;

    /// <summary>The keys of a section; empty elsewhere.</summary>
    public virtual IReadOnlyList<ConfigKey> Children => [];

    /// <summary>Of a section: the key that a value stands for where the section is expected; null: it has to be a section.</summary>
    public ConfigKey? ShortFor => Shorthand is null ? null : Children.Single(child => child.Name == Shorthand);

    /// <summary>The name of <see cref="ShortFor"/>.</summary>
    public string? Shorthand { get; init; }

    /// <summary>Each stands in <see cref="Children"/> of a complete section, or the section is refused.</summary>
    public bool IsRequired { get; init; }
}
