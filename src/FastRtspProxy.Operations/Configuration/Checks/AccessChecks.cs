using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>Users, roles and those who name them.</summary>
internal static class AccessChecks
{
    public static void Run(ProxyConfig config, ConfigReading reading)
    {
        AuthConfig auth = config.Auth;
        string[] roles = [.. auth.Roles.Select(static role => role.Name)];
        RefuseTwice(auth.Users.Select(static user => user.Name), "auth.users", reading);
        if (reading.HasMet("register.users"))
        {
            RefuseTwice(config.Register.Users.Select(static user => user.Name), "register.users", reading);
        }

        RefuseTwice(auth.Digest.Select(Name), "auth.digest", reading);
        for (int i = 0; i < auth.Users.Count; i++)
        {
            CheckUser(auth, auth.Users[i], ConfigReading.PathOf("auth.users", i), reading);
            CheckRoles(auth.Users[i].Roles, roles, ConfigReading.PathOf("auth.users", i) + ".roles", reading);
        }

        CheckRoles(auth.Anonymous, roles, "auth.anonymous", reading);
        if (reading.HasMet("defaults.allow.roles"))
        {
            CheckRoles(config.Defaults.Allow.Roles, roles, "defaults.allow.roles", reading);
        }

        foreach (StreamConfig stream in config.Streams)
        {
            string path = ConfigReading.PathOf(RootKeys.StreamsKey, stream.Name) + ".allow.roles";
            if (reading.HasMet(path))
            {
                CheckRoles(stream.Allow.Roles, roles, path, reading);
            }
        }
    }

    private static void RefuseTwice(IEnumerable<string> names, string path, ConfigReading reading)
    {
        HashSet<string> known = new(StringComparer.Ordinal);
        int index = 0;
        foreach (string name in names)
        {
            string item = ConfigReading.PathOf(path, index++);
            if (!known.Add(name) && name.Length > 0)
            {
                reading.Error(reading.PlaceOf(item), item, $"\"{Printable.Line(name)}\" stands here a second time");
            }
        }
    }

    private static void CheckRoles(ValueList<string> named, string[] roles, string path, ConfigReading reading)
    {
        for (int i = 0; i < named.Count; i++)
        {
            if (!roles.Contains(named[i]))
            {
                string near = Spelling.Nearest(named[i], roles) is { } meant ? $"did you mean \"{meant}\"?" : "define it under auth.roles";
                reading.Error(reading.PlaceOf(ConfigReading.PathOf(path, i)), path, $"nobody has defined the role \"{named[i]}\"; {near}");
            }
        }
    }

    private static void CheckUser(AuthConfig auth, UserConfig user, string path, ConfigReading reading)
    {
        string name = Printable.Line(user.Name);
        if (user.Roles.Count == 0 && !reading.HasMet($"{path}.roles"))
        {
            reading.Remarks.Warn(reading.PlaceOf(path), $"{path}: the user \"{name}\" has no roles, so he may do nothing");
        }

        DigestAlgorithm?[] hashes = [.. user.Passwords.Select(static password => password.Hash)];
        if (hashes.Length > 1 && (hashes.Contains(null) || hashes.Distinct().Count() < hashes.Length))
        {
            reading.Error(
                reading.PlaceOf($"{path}.password"), $"{path}.password",
                "several passwords of one user are hashes, one for each algorithm; a plain one stands alone");
        }
        else if (hashes.Length > 0 && !hashes.Contains(null))
        {
            foreach (DigestAlgorithm offered in auth.Digest.Where(offered => !hashes.Contains(offered)))
            {
                reading.Remarks.Warn(
                    reading.PlaceOf($"{path}.password"),
                    $"{path}.password: the user \"{name}\" cannot log in with {Name(offered)}, which auth.digest offers: add "
                        + $"ha1:{Name(offered)}: with its hash, or offer only what every user has");
            }
        }
    }

    private static string Name(DigestAlgorithm algorithm) => algorithm == DigestAlgorithm.Md5 ? "md5" : "sha-256";
}
