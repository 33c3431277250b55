namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>Somebody who may REGISTER.</summary>
internal sealed record RegisterUser
{
    public string Name { get; init; } = "";

    public Secret Password { get; init; } = new("");
}
