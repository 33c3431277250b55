using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace FastRtspProxy.Operations.Http;

/// <summary>Which route a request's target names. Pure, immutable.</summary>
internal sealed class HttpRouter
{
    private readonly List<(string[] Segments, HttpRoute Route)> _routes;

    /// <exception cref="ArgumentException">Two routes have one method and one template.</exception>
    public HttpRouter(IEnumerable<HttpRoute> routes)
    {
        _routes = [.. routes.Select(static route => (Split(route.Template), route))];
        if (_routes.DistinctBy(static entry => (entry.Route.Method, entry.Route.Template)).Count() != _routes.Count)
        {
            throw new ArgumentException("Two routes have one method and one template.", nameof(routes));
        }
    }

    /// <summary>All of them, in their order.</summary>
    public IEnumerable<HttpRoute> Routes => _routes.Select(static entry => entry.Route);

    /// <summary>
    /// The route, and what stands for its segment in braces. Null: no such path, or not with that method; then <paramref name="allowed"/> has the
    /// methods that it takes.
    /// </summary>
    public HttpRoute? Find(string method, IReadOnlyList<string> path, out string? name, out IReadOnlyList<string> allowed)
    {
        name = null;
        HashSet<string> methods = [];
        foreach ((string[] segments, HttpRoute route) in _routes)
        {
            if (!Matches(segments, path, out string? value) || route.IsThere?.Invoke() == false)
            {
                continue;
            }

            if (route.Method == method || (method == "HEAD" && route.Method == "GET"))
            {
                name = value;
                allowed = [];
                return route;
            }

            methods.Add(route.Method);
            if (route.Method == "GET")
            {
                methods.Add("HEAD");
            }
        }

        allowed = [.. methods.Order(StringComparer.Ordinal)];
        return null;
    }

    /// <summary>
    /// The segments of a target, each percent-decoded; the query is left out. False: it does not begin with a slash, a percent sign is no escape, or
    /// what it stands for is no UTF-8 or a control character.
    /// </summary>
    public static bool TrySplit(string target, [NotNullWhen(true)] out string[]? path)
    {
        path = null;
        int end = target.AsSpan().IndexOfAny('?', '#');
        string raw = end < 0 ? target : target[..end];
        if (!raw.StartsWith('/') || !raw.All(char.IsAscii))
        {
            return false;
        }

        string[] segments = Split(raw);
        for (int i = 0; i < segments.Length; i++)
        {
            if (!TryDecode(segments[i], out segments[i]))
            {
                return false;
            }
        }

        path = segments;
        return true;
    }

    private static bool TryDecode(string raw, out string decoded)
    {
        decoded = raw;
        if (raw.Contains('%', StringComparison.Ordinal))
        {
            byte[] bytes = new byte[raw.Length];
            int length = 0;
            for (int i = 0; i < raw.Length; i++)
            {
                byte value = (byte)raw[i];
                if (raw[i] == '%')
                {
                    if (i + 3 > raw.Length
                        || !byte.TryParse(raw.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
                    {
                        return false;
                    }

                    i += 2;
                }

                bytes[length++] = value;
            }

            if (!Utf8.IsValid(bytes.AsSpan(0, length)))
            {
                return false;
            }

            decoded = Encoding.UTF8.GetString(bytes.AsSpan(0, length));
        }

        return !decoded.Any(char.IsControl);
    }

    private static string[] Split(string path) => path[1..].Split('/');

    private static bool Matches(string[] template, IReadOnlyList<string> path, out string? name)
    {
        name = null;
        if (template.Length != path.Count)
        {
            return false;
        }

        for (int i = 0; i < template.Length; i++)
        {
            if (template[i].StartsWith('{'))
            {
                if (path[i].Length == 0)
                {
                    return false;
                }

                name = path[i];
            }
            else if (template[i] != path[i])
            {
                return false;
            }
        }

        return true;
    }
}
