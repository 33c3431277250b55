using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Http;

/// <summary>
/// What every request passes, in this order: whether it is meant for us, whether a page of ours made it, who sends it, and whether he may; then its
/// route answers. On the thread pool.
/// </summary>
internal sealed class HttpPipeline(
    HttpRouter router, HttpLogIns logIns, OutsideLogIns engine, Func<HttpConfig> config, ILogger log, CancellationToken stopping)
{
    /// <summary>A header that a page of another server cannot send without being asked first (CORS); its value does not matter.</summary>
    public const string ChangeHeader = "X-Requested-With";

    /// <summary>Of the challenge; nothing is bound to it here.</summary>
    private const string Realm = "FastRtspProxy";

    /// <summary>By these a proxy says that it asks for another machine.</summary>
    private static readonly string[] s_forwarded = ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"];

    /// <summary>What can be asked where nobody logs in.</summary>
    private static readonly string[] s_open = ["/metrics", "/healthz", "/readyz"];

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        try
        {
            if (await FindRefusalAsync(context) is { } refusal)
            {
                await refusal.WriteAsync(context);
            }
        }
        catch (Exception cause) when (cause is OperationCanceledException || stopping.IsCancellationRequested)
        {
            context.Abort(); // the client has gone, or the server ends, and what is asked with it
        }
        catch (BadHttpRequestException cause) when (!context.Response.HasStarted)
        {
            await new HttpProblem(cause.StatusCode, "the request cannot be read") { Detail = cause.Message }.WriteAsync(context);
        }
        catch (Exception cause) when (cause is not IOException)
        {
            HttpLog.Failed(log, context.Request.Method, cause);
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            await new HttpProblem(StatusCodes.Status500InternalServerError, "an error of the proxy; please report it").WriteAsync(context);
        }
    }

    /// <summary>The refusal; null: the request was answered.</summary>
    private async Task<HttpProblem?> FindRefusalAsync(HttpContext context)
    {
        HttpConfig now = config();
        HttpDoorway doorway = context.Features.Get<HttpDoorway>() ?? HttpDoorway.Guarded;
        HttpRequest request = context.Request;
        string? host = request.Headers.Host;
        if (!HttpRouter.TrySplit(context.Features.Get<IHttpRequestFeature>()!.RawTarget, out string[]? path))
        {
            return new HttpProblem(StatusCodes.Status400BadRequest, "the path cannot be read")
            {
                Detail = "It begins with a slash; what is no ASCII is percent-encoded UTF-8 (a slash within a stream's name is %2F).",
            };
        }

        // A balancer asks for our health by HTTP/1.0 and names nobody; a browser always does.
        bool isUnnamed = string.IsNullOrEmpty(host) && HttpProtocol.IsHttp10(request.Protocol);
        if (!isUnnamed && !HttpOrigin.IsOurHost(host, now.Hosts))
        {
            return new HttpProblem(StatusCodes.Status421MisdirectedRequest, "not a name of this server")
            {
                Detail = "Ask for it by its address or as localhost, or have its name under http.hosts of the configuration.",
            };
        }

        if (Cors(context, now))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return null;
        }

        HttpRoute? route = router.Find(request.Method, path, out string? name, out IReadOnlyList<string> allowed);
        if (route is null || (doorway == HttpDoorway.MetricsOnly && !s_open.Contains(route.Template, StringComparer.Ordinal)))
        {
            return NotThere(context, route is null ? allowed : []);
        }

        return FindForeign(request, route, now) ?? await AnswerAsync(context, route, name, doorway, now);
    }

    private async Task<HttpProblem?> AnswerAsync(HttpContext context, HttpRoute route, string? name, HttpDoorway doorway, HttpConfig now)
    {
        IPAddress client = ClientOf(context, now);
        if (await logIns.IdentifyAsync(context, client) is not { } identity)
        {
            return NeedsLogIn(context, "wrong token, user or password");
        }

        HttpRights rights = new(engine, logIns, identity, client, context.Request.IsHttps, () => IsOpen(context.Request, doorway, config()));
        bool isForEverybody = route.Right == AccessRights.None || doorway == HttpDoorway.MetricsOnly;
        if (!isForEverybody && !rights.May(route.Right, null))
        {
            return identity.Kind == HttpIdentityKind.Nobody
                ? NeedsLogIn(context, "this needs a log-in")
                : NotAllowed($"This needs a role that may {route.Right.ToString().ToLowerInvariant()} (auth.roles), from this address.");
        }

        if (!isForEverybody && route.IsOfEveryStream && !rights.MayForEveryStream(route.Right))
        {
            return NotAllowed("This is about all streams at once: it needs a role that has the right without \"streams\" (auth.roles).");
        }

        CancellationToken aborted = context.RequestAborted;
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping);
        await route.Work(new HttpExchange(context, route, name, identity, rights) { Address = client, Ended = ended.Token });
        return null;
    }

    private static HttpProblem NotAllowed(string detail) => new(StatusCodes.Status403Forbidden, "not allowed") { Detail = detail };

    /// <summary>
    /// True where nobody has to log in: only this machine can reach us there, and asks for it by its own name; no proxy of it forwards somebody else;
    /// and the configuration knows nobody who could.
    /// </summary>
    private bool IsOpen(HttpRequest request, HttpDoorway doorway, HttpConfig now) => doorway == HttpDoorway.Local && now.Token is null
        && HttpOrigin.IsLoopback(request.Headers.Host) && !s_forwarded.Any(request.Headers.ContainsKey)
        && !engine.Policy.Rules.Roles.Any(static role => (role.May & (AccessRights.Status | AccessRights.Api)) != 0);

    /// <summary>A request that a page of another server made, or may have made.</summary>
    private static HttpProblem? FindForeign(HttpRequest request, HttpRoute route, HttpConfig now)
    {
        if (!route.IsChange && !route.LooksAtOrigin)
        {
            return null;
        }

        string? origin = request.Headers.Origin;
        if (!HttpOrigin.IsFriendly(origin, request.Headers["Sec-Fetch-Site"], request.Headers.Host, now.AllowOrigins))
        {
            return new HttpProblem(StatusCodes.Status403Forbidden, "a page of another server asks")
            {
                Detail = "Only pages of this server may: or have the other one's origin under http.allowOrigins of the configuration.",
            };
        }

        bool isMarked = request.Headers.ContainsKey(ChangeHeader)
            || request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);
        return isMarked || !route.IsChange
            ? null
            : new HttpProblem(StatusCodes.Status403Forbidden, $"a change needs the header {ChangeHeader}")
            {
                Detail = $"Any value will do ({ChangeHeader}: curl): a page of another server cannot send it. A token in Authorization: Bearer is "
                    + "enough, too.",
            };
    }

    /// <summary>Lets pages of the configured origins read answers. True: it was only asked whether a request may be made.</summary>
    private static bool Cors(HttpContext context, HttpConfig now)
    {
        string? origin = context.Request.Headers.Origin;
        if (origin is null || !HttpOrigin.IsAllowed(origin, now.AllowOrigins))
        {
            return false;
        }

        IHeaderDictionary headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = "Origin";
        headers.AccessControlExposeHeaders = "ETag";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (context.Request.Method != "OPTIONS" || !context.Request.Headers.ContainsKey("Access-Control-Request-Method"))
        {
            return false;
        }

        headers.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE";
        headers.AccessControlAllowHeaders = $"Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID, {ChangeHeader}";
        headers.AccessControlMaxAge = "600";
        return true;
    }

    private static HttpProblem NotThere(HttpContext context, IReadOnlyList<string> allowed)
    {
        if (allowed.Count == 0)
        {
            return new HttpProblem(StatusCodes.Status404NotFound, "no such path") { Detail = "GET /api/v1/openapi.json lists all of them." };
        }

        context.Response.Headers.Allow = string.Join(", ", allowed);
        return new HttpProblem(StatusCodes.Status405MethodNotAllowed, "not with this method") { Detail = $"It takes {string.Join(", ", allowed)}." };
    }

    /// <summary>A browser that is told of Basic would ask in a window of its own, in front of the page's log-in.</summary>
    private static HttpProblem NeedsLogIn(HttpContext context, string title)
    {
        bool isBrowser = context.Request.Headers.ContainsKey("Sec-Fetch-Mode");
        string[] ways = isBrowser ? ["Bearer"] : [BasicAuthorization.Challenge(Realm), "Bearer"];
        context.Response.Headers.WWWAuthenticate = ways;
        return new HttpProblem(StatusCodes.Status401Unauthorized, title)
        {
            Detail = "Send Authorization: Bearer with the token of http.token, or Basic with a user of auth.users; a page logs in at "
                + "POST /api/v1/session.",
        };
    }

    /// <summary>Behind a proxy that the configuration trusts, whom it forwards: the last one that is no such proxy.</summary>
    private static IPAddress ClientOf(HttpContext context, HttpConfig now)
    {
        IPAddress client = (context.Connection.RemoteIpAddress ?? IPAddress.None).Unmapped();
        if (now.TrustedProxies.Count == 0)
        {
            return client;
        }

        string[] hops = context.Request.Headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries);
        for (int i = hops.Length - 1; i >= 0 && Networks.Hold(now.TrustedProxies, client) && IPAddress.TryParse(hops[i], out IPAddress? hop); i--)
        {
            client = hop.Unmapped();
        }

        return client;
    }
}
