namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>Somebody who may log in.</summary>
internal sealed record UserConfig
{
    public string Name { get; init; } = "";

    /// <summary>One plain password, or hashes, at most one for each algorithm.</summary>
    public ValueList<UserPassword> Passwords { get; init; } = [];

    public ValueList<string> Roles { get; init; } = [];
}
