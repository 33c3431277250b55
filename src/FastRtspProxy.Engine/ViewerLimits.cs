namespace FastRtspProxy.Engine;

/// <summary>
/// The limits of viewers over all streams. They change while the proxy runs: whoever is there stays, and the next one meets the new ones.
/// </summary>
public sealed record ViewerLimits
{
    /// <summary>Viewers (sessions) in all.</summary>
    public int MaxClients { get; init; } = 20_000;

    /// <summary>
    /// Viewers of one address (IPv6: of one /64); null: a quarter of <see cref="MaxClients"/>, so that no single address takes all places.
    /// </summary>
    public int? MaxClientsPerAddress { get; init; }

    /// <summary>Viewers of one stream; a stream may have fewer by its own <see cref="StreamSettings.MaxClients"/>.</summary>
    public int MaxClientsPerMount { get; init; } = 20_000;

    /// <summary>A viewer that makes no progress for so long is closed.</summary>
    public TimeSpan SlowTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <inheritdoc cref="EgressLimits"/>
    public EgressLimits Egress { get; init; } = new();

    /// <summary><see cref="MaxClientsPerAddress"/> as it counts.</summary>
    public int ClientsPerAddress => MaxClientsPerAddress ?? Math.Max(1, MaxClients / 4);

    /// <summary>What is wrong with them, each a sentence; empty: nothing.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            List<string> problems = [];
            if (MaxClients < 1 || MaxClientsPerAddress < 1 || MaxClientsPerMount < 1)
            {
                problems.Add(
                    $"The most viewers are {MaxClients} in all, {ClientsPerAddress} of an address, {MaxClientsPerMount} of a stream; "
                        + "each must be one at least.");
            }

            if (SlowTimeout < TimeSpan.Zero)
            {
                problems.Add("The time after which a viewer that takes nothing is closed is negative; 0 closes it at the first look.");
            }

            if (Egress.PerViewerMbits <= 0 || Egress.PerStreamMbits <= 0 || Egress.TotalMbits <= 0)
            {
                problems.Add("A limit of egress is none or negative, so nobody could watch; leave it out where there is no limit.");
            }

            return problems;
        }
    }
}
