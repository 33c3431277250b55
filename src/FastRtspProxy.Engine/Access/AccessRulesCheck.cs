using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Access;

/// <summary>Looks rules over before they are used.</summary>
internal static class AccessRulesCheck
{
    public static List<string> Defects(AccessRules rules)
    {
        List<string> defects = [];
        HashSet<string> roles = new(StringComparer.Ordinal);
        foreach (AccessRole role in rules.Roles)
        {
            if (!roles.Add(role.Name))
            {
                defects.Add($"The role \"{role.Name}\" is defined twice; give one of the two another name.");
            }
        }

        Dictionary<string, AccessRights> users = new(StringComparer.Ordinal);
        foreach (AccessUser user in rules.Users)
        {
            // A viewer and a registrant may share a name, each with its password; two that may do the same could not be told apart.
            AccessRights rights = rules.Roles.Where(role => user.Roles.Contains(role.Name))
                .Aggregate(AccessRights.None, static (all, role) => all | role.May);
            AccessRights others = users.GetValueOrDefault(user.Name);
            if (users.ContainsKey(user.Name) && ((rights & others) != 0 || rights == AccessRights.None || others == AccessRights.None))
            {
                defects.Add($"The user \"{user.Name}\" is there twice; one name has one password, and any number of roles.");
            }

            users[user.Name] = rights | others;
            if (rules.OffersBasic && user.Name.Contains(':', StringComparison.Ordinal))
            {
                defects.Add($"The user \"{user.Name}\" needs a name without a colon to log in by Basic (RFC 7617 section 2).");
            }

            AddUnknown($"The user \"{user.Name}\" has", user.Roles, roles, defects);
        }

        AddUnknown("auth.anonymous names", rules.Anonymous, roles, defects);
        foreach (StreamAccess stream in rules.Streams)
        {
            AddUnknown($"The stream \"{stream.Streams}\" is for", stream.Roles, roles, defects);
        }

        if (rules.Digest.Count == 0 && !rules.OffersBasic && (rules.Users.Count > 0 || rules.External is not null))
        {
            defects.Add("auth.digest offers no algorithm, so nobody can log in; name md5, sha256 or both.");
        }

        foreach (DigestAlgorithm algorithm in rules.Digest)
        {
            if (algorithm is not (DigestAlgorithm.Md5 or DigestAlgorithm.Sha256))
            {
                defects.Add("auth.digest knows md5 and sha256.");
            }
        }

        AddExternal(rules.External, defects);
        return defects;
    }

    public static List<string> Warnings(AccessRules rules)
    {
        List<string> warnings = [];
        if (rules.External is { Url: { Scheme: "http", IsLoopback: false } } external)
        {
            warnings.Add($"auth.external.url is {external}: questions, tokens and the secret headers go there in the clear. Use https.");
        }

        return warnings;
    }

    private static void AddUnknown(string who, IReadOnlyList<string> named, HashSet<string> roles, List<string> defects)
    {
        foreach (string role in named)
        {
            if (!roles.Contains(role))
            {
                defects.Add($"{who} the role \"{role}\", which nobody defined; define it in auth.roles.");
            }
        }
    }

    private static void AddExternal(ExternalSettings? external, List<string> defects)
    {
        if (external is null)
        {
            return;
        }

        if (!external.Url.IsAbsoluteUri || external.Url.Scheme is not ("http" or "https"))
        {
            defects.Add("auth.external.url is not an http or https URL with a host.");
        }
        else if (external.Url.UserInfo.Length > 0)
        {
            defects.Add("auth.external.url has a user in front of its host; put the secret into auth.external.headers.");
        }

        if (external.Timeout <= TimeSpan.Zero || external.Timeout > TimeSpan.FromSeconds(30))
        {
            defects.Add("auth.external.timeout is not within 30 s; players give up after ten or so.");
        }

        if (external.AllowFor < TimeSpan.Zero || external.DenyFor < TimeSpan.Zero)
        {
            defects.Add("auth.external.cache has a time below zero.");
        }

        foreach ((string name, string value) in external.Headers)
        {
            bool isName = name.Length > 0 && name.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 && !name.Contains(':', StringComparison.Ordinal);
            if (!isName || value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            {
                defects.Add($"auth.external.headers has a name or a value that HTTP cannot send: \"{Protocol.Rtsp.Printable.Quoted(name, 64)}\".");
            }
        }
    }
}
