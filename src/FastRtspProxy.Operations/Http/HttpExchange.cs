using System.Net;
using FastRtspProxy.Engine.Access;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Http;

/// <summary>A request that has passed the door: its host, its origin and its rights were looked at.</summary>
internal sealed class HttpExchange(HttpContext context, HttpRoute route, string? name, HttpIdentity identity, IHttpRights rights)
{
    public HttpContext Context => context;

    public HttpRequest Request => context.Request;

    public HttpResponse Response => context.Response;

    public HttpRoute Route => route;

    /// <summary>What stands for the template's segment in braces; null: it has none.</summary>
    public string? Name => name;

    /// <summary>Who asks.</summary>
    public HttpIdentity Identity => identity;

    /// <summary>The client's address: behind a trusted proxy that of whom it forwards.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Over when the client has gone, or the server ends.</summary>
    public required CancellationToken Ended { get; init; }

    /// <summary>True where whoever asks has that right, for whichever stream.</summary>
    public bool Has(AccessRights right) => rights.May(right, null);

    /// <summary>True where whoever asks may watch that stream: a right for a stream, beside that for the route.</summary>
    public bool MayRead(string stream, bool isKnown) => rights.May(AccessRights.Read, stream, isKnown);

    /// <summary>True where whoever asks has the right of the route for that stream, too: a role may have it for some streams only.</summary>
    public bool MayFor(string stream) => rights.May(route.Right, stream);

    /// <summary>True where whoever asks has that right for that stream.</summary>
    public bool Has(AccessRights right, string stream) => rights.May(right, stream);

    /// <summary>True where whoever asks has the right of the route still, and for every stream.</summary>
    public bool MayForEveryStream() => rights.MayForEveryStream(route.Right);
}
