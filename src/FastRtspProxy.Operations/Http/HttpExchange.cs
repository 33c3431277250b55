using System.Net;
using FastRtspProxy.Engine.Access;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Http;

/// <summary>A request that has passed the door: its host, its origin and its rights were looked at.</summary>
internal sealed class HttpExchange(HttpContext context, HttpRoute route, string? name, AccessUser? user, Func<AccessQuestion, bool> may)
{
    public HttpContext Context => context;

    public HttpRequest Request => context.Request;

    public HttpResponse Response => context.Response;

    public HttpRoute Route => route;

    /// <summary>What stands for the template's segment in braces; null: it has none.</summary>
    public string? Name => name;

    /// <summary>Who asks; null: nobody has logged in, or a token did.</summary>
    public AccessUser? User => user;

    /// <summary>The client's address: behind a trusted proxy that of whom it forwards.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Over when the client has gone or the program ends.</summary>
    public CancellationToken Aborted => context.RequestAborted;

    /// <summary>True where whoever asks may watch that stream: a right for a stream, beside that for the route.</summary>
    public bool MayRead(string stream, bool isKnown) => may(new AccessQuestion(AccessRights.Read, stream, isKnown, Address));
}
