namespace FastRtspProxy.Captures;

/// <summary>What stands at the head of a capture: names with values, in their order.</summary>
internal sealed record CaptureHeader
{
    /// <summary>What wrote it, with its version.</summary>
    public const string Tool = "tool";

    /// <summary>The URL that was asked for, with the names that stand for the real ones.</summary>
    public const string Url = "url";

    /// <summary><c>whole</c>, or <c>heads</c>: only what a decoder needs to know of a picture, nothing of what is to be seen.</summary>
    public const string Media = "media";

    /// <summary>User and password by which the digests of the file are right.</summary>
    public const string LogIn = "login";

    /// <summary>Names (lower-case letters) and their values, which are one line each.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Values { get; init; } = [];

    /// <summary>The first value of that name; null: there is none.</summary>
    public string? this[string name]
    {
        get
        {
            foreach ((string known, string value) in Values)
            {
                if (known == name)
                {
                    return value;
                }
            }

            return null;
        }
    }
}
