using System.Net;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The keys of <c>register</c>.</summary>
internal static class RegisterKeys
{
    public static ConfigShape<RegisterConfig> Shape { get; } = new(
        new RegisterConfig(),
        new ValueKey<RegisterConfig, bool>("enabled", ConfigTypes.Flag, static c => c.Enabled, static (c, v) => c with { Enabled = v })
        {
            Text = "accept REGISTER and DEREGISTER requests; switched off, the streams that are registered stay",
        },
        new ValuesKey<RegisterConfig, IPNetwork>("from", ConfigTypes.Network, static c => c.From, static (c, v) => c with { From = v })
        {
            Text = "only these addresses may REGISTER (192.0.2.0/24, or one address)",
            DefaultWords = "any",
            Option = new("--register-from")
            {
                Text = "with -R: only these addresses may REGISTER (192.0.2.0/24, or one address); may be repeated",
                Repeats = true,
            },
            Sample = "[192.0.2.0/24]",
        },
        new ValueKey<RegisterConfig, int>(
            "maxStreams", ConfigTypes.Count(0, 100_000), static c => c.MaxStreams, static (c, v) => c with { MaxStreams = v })
        {
            Text = "registered streams at most",
            Option = new("--max-registered") { Text = "with -R: registered streams at most" },
        },
        new ValueKey<RegisterConfig, bool>("allowPrivate", ConfigTypes.Flag, static c => c.AllowPrivate, static (c, v) => c with { AllowPrivate = v })
        {
            Text = "let REGISTER name cameras on this machine (loopback, its own addresses) and on its link (link-local addresses)",
            Option = new("--allow-private-register")
            {
                Text = "with -R: let REGISTER name cameras on this machine (loopback, its own addresses) and on its link (link-local addresses)",
                ValueName = "",
            },
        },
        new SectionsKey<RegisterConfig, RegisterUser>(
            "users", User, static () => new RegisterUser(), static user => user.Name, static c => c.Users, static (c, v) => c with { Users = v })
        {
            Text = "demand one of these for REGISTER and DEREGISTER",
        });

    private static ConfigShape<RegisterUser> User => new(
        new RegisterUser(),
        new ValueKey<RegisterUser, string>("name", NameTypes.User, static c => c.Name, static (c, v) => c with { Name = v })
        {
            Text = "who",
            IsRequired = true,
            Sample = "operator",
        },
        new ValueKey<RegisterUser, Secret>("password", ConfigTypes.Secret, static c => c.Password, static (c, v) => c with { Password = v })
        {
            Text = "plain",
            IsRequired = true,
            Sample = "${file:register}",
        });
}
