namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>A web hook: a server that is told what happens.</summary>
internal sealed record HookConfig
{
    /// <summary>Each delivery is a POST to it.</summary>
    public string Url { get; init; } = "";

    /// <summary>What it hears of; empty: everything.</summary>
    public ValueList<string> Events { get; init; } = [];

    /// <summary>The key of the signature; null: deliveries are not signed.</summary>
    public Secret? Secret { get; init; }

    /// <summary>Deliveries that may wait; what comes when there are as many is left out, and the next one says how many were.</summary>
    public int Queue { get; init; } = 1000;

    /// <summary>An answer is waited for so long.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Say viewers' addresses.</summary>
    public bool Addresses { get; init; }

    /// <summary>Neither the URL, which may hold a password, nor the secret.</summary>
    public override string ToString() => "hook";
}
