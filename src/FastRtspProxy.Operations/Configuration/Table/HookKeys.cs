using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Events;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The keys of <c>hooks</c>.</summary>
internal static class HookKeys
{
    public static ConfigShape<HookConfig> Shape { get; } = new(
        new HookConfig(),
        new ValueKey<HookConfig, string>("url", UrlTypes.Web, static c => c.Url, static (c, v) => c with { Url = v })
        {
            Text = "gets a POST with JSON for each event, in their order for each stream; one that fails is tried again at growing distances",
            IsRequired = true,
            Sample = "http://127.0.0.1:8080/frp",
        },
        new ValuesKey<HookConfig, string>(
            "events", ConfigTypes.Word("EVENT", "the events", [.. ProxyEvent.Types.Select(static name => (name, name))]), static c => c.Events,
            static (c, v) => c with { Events = v })
        {
            Text = "which events",
            DefaultWords = "all",
            Sample = "[stream.up, stream.down]",
        },
        new ValueKey<HookConfig, Secret?>("secret", ConfigTypes.SecretOrNull, static c => c.Secret, static (c, v) => c with { Secret = v })
        {
            Text = "signs each delivery: X-Frp-Signature is v1= and the hexadecimal HMAC-SHA256 of time stamp, delivery and body, with dots between",
            DefaultWords = "none: deliveries are not signed",
            Sample = "${file:hook-secret}",
        },
        new ValueKey<HookConfig, int>("queue", ConfigTypes.Count(1, 100_000), static c => c.Queue, static (c, v) => c with { Queue = v })
        {
            Text = "deliveries that may wait; when there are as many, what comes is left out, and the next delivery says how many were (missed)",
        },
        new ValueKey<HookConfig, TimeSpan>(
            "timeout",
            ConfigTypes.DurationWithin(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60), "an answer is waited for from 100ms to 60s"),
            static c => c.Timeout,
            static (c, v) => c with { Timeout = v })
        {
            Text = "wait so long for an answer",
        },
        new ValueKey<HookConfig, bool>("addresses", ConfigTypes.Flag, static c => c.Addresses, static (c, v) => c with { Addresses = v })
        {
            Text = "say viewers' addresses, too",
        });
}
