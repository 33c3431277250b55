using System.Buffers;
using FastRtspProxy.Engine.Access;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>What names may be, of users, roles and headers.</summary>
internal static class NameTypes
{
    private static readonly SearchValues<char> s_role = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    /// <summary>A token of RFC 9110 section 5.6.2.</summary>
    private static readonly SearchValues<char> s_token = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

    /// <summary>RFC 7616 section 3.4.2 and RFC 7617 section 2 put a colon behind the name.</summary>
    public static TypeOf<string> User { get; } = new("NAME", "without a colon", TryUser, static name => name);

    public static TypeOf<string> Role { get; } = new("ROLE", "a name under auth.roles", TryRole, static name => name);

    public static TypeOf<string> Pattern { get; } = new("PATTERN", "* stays within a slash, ** does not", TryPattern, static pattern => pattern);

    /// <summary>It stands in quotation marks in a header.</summary>
    public static TypeOf<string> Realm { get; } = new("TEXT", "without quotation marks", TryRealm, static realm => realm);

    public static string? FindRoleFault(string name) =>
        name.Length == 0 || name.AsSpan().ContainsAnyExcept(s_role) ? "the name of a role has letters, digits, and . _ - only" : null;

    public static string? FindHeaderFault(string name) =>
        name.Length == 0 || name.AsSpan().ContainsAnyExcept(s_token) ? "this is no name of a header" : null;

    private static bool TryUser(string text, out string value, out string error)
    {
        value = text;
        error = "the name of a user has a letter at least, no colon and no control characters";
        return text.Length > 0 && !text.Contains(':', StringComparison.Ordinal) && !text.Any(char.IsControl);
    }

    private static bool TryRole(string text, out string value, out string error)
    {
        value = text;
        error = FindRoleFault(text) ?? "";
        return error.Length == 0;
    }

    private static bool TryPattern(string text, out string value, out string error)
    {
        value = text;
        error = "a pattern is the name of a stream, with * for what has no slash and ** for anything below (gate/*, hall/**)";
        if (text.Length == 0 || text.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            return false;
        }

        bool isPattern = StreamPattern.TryParse(text, out _, out string defect);
        error = isPattern ? error : $"a pattern is the name of a stream; this one {defect}";
        return isPattern;
    }

    private static bool TryRealm(string text, out string value, out string error)
    {
        value = text;
        error = "a realm has a letter at least, no quotation marks, no backslash and no control characters";
        return text.Length > 0 && !text.AsSpan().ContainsAny('"', '\\') && !text.Any(char.IsControl);
    }
}
