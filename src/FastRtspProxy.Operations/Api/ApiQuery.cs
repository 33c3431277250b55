using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Api;

/// <summary>
/// The parameters of a request. One that is not known is refused: <c>?dryrun</c> would be a real change, in place of the trial that was meant.
/// </summary>
internal sealed class ApiQuery
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private ApiQuery()
    {
    }

    /// <summary>Null where one is not known, or stands there twice; the problem says which.</summary>
    public static ApiQuery? Of(HttpExchange exchange, out HttpProblem? problem, params string[] known)
    {
        ApiQuery query = new();
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in exchange.Request.Query)
        {
            if (!known.Contains(name, StringComparer.Ordinal))
            {
                string near = Spelling.Nearest(name, known) is { } meant ? $"; did you mean \"{meant}\"?"
                    : known.Length == 0 ? "; this request has none" : $"; here are {string.Join(", ", known)}";
                problem = ApiProblems.BadRequest($"There is no parameter \"{ApiProblems.Shown(name)}\"{near}");
                return null;
            }

            if (values.Count != 1)
            {
                problem = ApiProblems.BadRequest($"The parameter \"{name}\" stands there {values.Count} times.");
                return null;
            }

            query._values[name] = values[0] ?? "";
        }

        problem = null;
        return query;
    }

    /// <summary>Null: it is not there.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <summary>True without a value and for <c>true</c>; null and a problem for anything else but <c>false</c>.</summary>
    public bool? Flag(string name, bool otherwise, out HttpProblem? problem)
    {
        problem = null;
        switch (Text(name))
        {
            case null:
                return otherwise;
            case "" or "true":
                return true;
            case "false":
                return false;
            default:
                problem = ApiProblems.BadRequest($"The parameter \"{name}\" is true or false.");
                return null;
        }
    }

    /// <summary>A number from 1 on; null where it is not there. False and a problem for anything else.</summary>
    public bool TryCount(string name, out int? count, out HttpProblem? problem)
    {
        problem = null;
        count = null;
        if (Text(name) is not { } text)
        {
            return true;
        }

        bool isCount = Quantity.TryCount(text, 1, int.MaxValue, "", out int value, out _);
        count = value;
        problem = isCount ? null : ApiProblems.BadRequest($"The parameter \"{name}\" is a number from 1 on, not \"{ApiProblems.Shown(text)}\".");
        return isCount;
    }
}
