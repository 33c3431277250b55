using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The keys of <c>cluster</c>.</summary>
internal static class ClusterKeys
{
    private const string SecondsRemedy = "a time to live is from 1s to 60s (the default is 2s)";

    private static readonly ConfigShape<ClusterEngineConfig> s_engine = new(
        new ClusterEngineConfig(),
        new ValueKey<ClusterEngineConfig, ClusterEngineKind>(
            "kind", ConfigTypes.Word("KIND", "the kinds", ("etcd", ClusterEngineKind.Etcd), ("static", ClusterEngineKind.Static)),
            static c => c.Kind, static (c, v) => c with { Kind = v })
        {
            Text = "etcd: leases of an etcd of three members; static: a list of boxes that ask each other, for two boxes, without fencing",
            Effect = ConfigEffect.Restart,
        },
        new ValuesKey<ClusterEngineConfig, string>(
            "endpoints", ClusterTypes.Endpoint, static c => c.Endpoints, static (c, v) => c with { Endpoints = v })
        {
            Text = "of etcd: its members, the nearest first",
            DefaultWords = "none",
            Effect = ConfigEffect.Restart,
            Sample = "[\"http://127.0.0.1:2379\"]",
        },
        new ValueKey<ClusterEngineConfig, TimeSpan>(
            "ttl", ConfigTypes.DurationWithin(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), SecondsRemedy), static c => c.Ttl,
            static (c, v) => c with { Ttl = v })
        {
            Text = "of etcd: a box that is not heard of for so long has lost its streams; whole seconds, and no less than etcd allows",
            Effect = ConfigEffect.Restart,
        },
        new ValueKey<ClusterEngineConfig, string?>(
            "username", ConfigTypes.TextOrNull, static c => c.UserName, static (c, v) => c with { UserName = v })
        {
            Text = "of etcd, where it asks for a log-in",
            DefaultWords = "null",
            Effect = ConfigEffect.Restart,
            Sample = "null",
        },
        new ValueKey<ClusterEngineConfig, Secret?>(
            "password", ConfigTypes.SecretOrNull, static c => c.Password, static (c, v) => c with { Password = v })
        {
            Text = "of that user",
            DefaultWords = "null",
            Effect = ConfigEffect.Restart,
            Sample = "null",
        },
        new ValueKey<ClusterEngineConfig, string?>("ca", ConfigTypes.FileOrNull, static c => c.Ca, static (c, v) => c with { Ca = v })
        {
            Text = "of etcd at https://: PEM, the authorities that its certificates are of",
            DefaultWords = "those of this machine",
            Effect = ConfigEffect.Restart,
            Sample = "null",
        },
        new ValueKey<ClusterEngineConfig, string?>(
            "certificate", ConfigTypes.FileOrNull, static c => c.Certificate, static (c, v) => c with { Certificate = v })
        {
            Text = "of etcd at https:// that asks for one: PEM, the certificate of this box",
            DefaultWords = "null",
            Effect = ConfigEffect.Restart,
            Sample = "null",
        },
        new ValueKey<ClusterEngineConfig, string?>("key", ConfigTypes.FileOrNull, static c => c.Key, static (c, v) => c with { Key = v })
        {
            Text = "PEM: its private key",
            DefaultWords = "in the file of the certificate",
            Effect = ConfigEffect.Restart,
            Sample = "null",
        },
        new NamedValuesKey<ClusterEngineConfig, string, ClusterNodeConfig>(
            "nodes", ClusterTypes.Box, static (name, url) => new ClusterNodeConfig(name, url), ClusterTypes.FindNameFault,
            static node => node.Name, static c => c.Nodes, static (c, v) => c with { Nodes = v })
        {
            Text = "of static: every box with its address, this one too",
            Effect = ConfigEffect.Restart,
            Sample = "{}",
        });

    public static ConfigShape<ClusterConfig> Shape { get; } = new(
        new ClusterConfig(),
        new ValueKey<ClusterConfig, string>("name", ClusterTypes.Name, static c => c.Name, static (c, v) => c with { Name = v })
        {
            Text = "the cluster, the same on all boxes",
            IsRequired = true,
            Effect = ConfigEffect.Restart,
            Sample = "site-1",
        },
        new ValueKey<ClusterConfig, string>("node", ClusterTypes.Name, static c => c.Node, static (c, v) => c with { Node = v })
        {
            Text = "this box, another name on each",
            IsRequired = true,
            Effect = ConfigEffect.Restart,
            Sample = "a",
        },
        new ValueKey<ClusterConfig, string>("advertise", ClusterTypes.Box, static c => c.Advertise, static (c, v) => c with { Advertise = v })
        {
            Text = "where the other boxes find this one; rtsps:// wherever the network between them is not trusted",
            IsRequired = true,
            Effect = ConfigEffect.Restart,
            Sample = "rtsp://10.0.0.1:554",
        },
        new ValueKey<ClusterConfig, string?>("ca", ConfigTypes.FileOrNull, static c => c.Ca, static (c, v) => c with { Ca = v })
        {
            Text = "of boxes at rtsps://: PEM, the authorities that their certificates are of; each is for the host in its box's advertise",
            DefaultWords = "those of this machine",
            Effect = ConfigEffect.Restart,
            Sample = "null",
        },
        new ValueKey<ClusterConfig, int>(
            "capacity", ConfigTypes.Count(1, 100_000), static c => c.Capacity, static (c, v) => c with { Capacity = v })
        {
            Text = "how many streams this box takes beside the others: one of 200 takes twice as many as one of 100",
            Effect = ConfigEffect.Restart,
        },
        new SectionKey<ClusterConfig, ClusterEngineConfig>("engine", s_engine, static c => c.Engine, static (c, v) => c with { Engine = v })
        {
            Text = "what says which box owns which stream",
            IsRequired = true,
        },
        new ValueKey<ClusterConfig, Secret?>("secret", ClusterTypes.Secret, static c => c.Secret, static (c, v) => c with { Secret = v })
        {
            Text = "the same on all boxes, 24 characters or more: by it they know each other, and streams of the API are encrypted with it",
            IsRequired = true,
            DefaultWords = "",
            Effect = ConfigEffect.Restart,
            Sample = "${file:cluster}",
        },
        new ValueKey<ClusterConfig, RedirectMode>(
            "redirect", ConfigTypes.Word("MODE", "the modes", ("off", RedirectMode.Off), ("auto", RedirectMode.Auto)), static c => c.Redirect,
            static (c, v) => c with { Redirect = v })
        {
            Text = "off: a viewer gets every stream from the box that it asked; auto: players that are known to go there are sent to the owner (302)",
            Effect = ConfigEffect.Restart,
        },
        new ValueKey<ClusterConfig, WhenAlone?>(
            "whenAlone", ClusterTypes.WhenAloneOrNull, static c => c.WhenAlone, static (c, v) => c with { WhenAlone = v })
        {
            Text = "for streams that do not say otherwise: what their owner does when it is cut off from the others: stop (in time, so that the "
                + "camera never has two sessions), keep (until it hears of another owner)",
            DefaultWords = "stop for singleSession, keep for the others",
            Effect = ConfigEffect.Restart,
            Sample = "null",
        });
}
