using System.Text.Json;
using FastRtspProxy.Engine.Access;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Http;

/// <summary>Log-ins of pages: who am I, let me in, let me out.</summary>
internal static class SessionRoutes
{
    private const string Path = "/api/v1/session";

    private static readonly AccessRights[] s_rights = [AccessRights.Read, AccessRights.Status, AccessRights.Api];

    public static IEnumerable<HttpRoute> All(HttpLogIns logIns) =>
    [
        new("GET", Path, AccessRights.None, static exchange => AnswerAsync(exchange, exchange.Identity)),
        new("POST", Path, AccessRights.None, exchange => BeginAsync(exchange, logIns)),
        new("DELETE", Path, AccessRights.None, exchange =>
        {
            logIns.Sessions.End(exchange.Request.Cookies[HttpSessions.CookieName]);
            exchange.Response.Cookies.Delete(HttpSessions.CookieName, Cookie(exchange));
            exchange.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }),
    ];

    private static async Task BeginAsync(HttpExchange exchange, HttpLogIns logIns)
    {
        HttpLogIn? asked = await ReadAsync(exchange);
        HttpIdentity? identity = asked switch
        {
            { Token: { Length: > 0 } token } => await logIns.ByTokenAsync(token, exchange.Address, exchange.Ended),
            { User: { Length: > 0 } user, Password: { } password } => await logIns.ByPasswordAsync(user, password, exchange.Address, exchange.Ended),
            _ => HttpIdentity.Nobody,
        };
        if (identity is { Kind: HttpIdentityKind.Nobody })
        {
            await new HttpProblem(StatusCodes.Status400BadRequest, "a log-in cannot be read")
            {
                Detail = "Send {\"user\":..,\"password\":..} or {\"token\":..} as application/json.",
            }.WriteAsync(exchange.Context);
            return;
        }

        if (identity is not { } known || known.Secret is not { } secret)
        {
            await new HttpProblem(StatusCodes.Status401Unauthorized, "wrong token, user or password").WriteAsync(exchange.Context);
            return;
        }

        string id = logIns.Sessions.Begin(known.User?.Name, secret);
        exchange.Response.Cookies.Append(HttpSessions.CookieName, id, Cookie(exchange, HttpSessions.Life));
        exchange.Response.Headers.CacheControl = "no-store";
        exchange.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static Task AnswerAsync(HttpExchange exchange, HttpIdentity identity)
    {
        exchange.Response.Headers.CacheControl = "no-store";
        string[] rights = [.. s_rights.Where(exchange.Has).Select(static right => right.ToString().ToLowerInvariant())];
        return HttpJson.WriteAsync(
            exchange.Response, "application/json; charset=utf-8",
            json =>
            {
                json.WriteStartObject();
                if (identity.User is { } user)
                {
                    json.WriteString("user", user.Name);
                }

                json.WriteString("logIn", identity.Kind.ToString().ToLowerInvariant());
                HttpJson.WriteTexts(json, "rights", rights);
                json.WriteEndObject();
            },
            exchange.Ended);
    }

    /// <summary>Null: not JSON, or not said to be. What it says may be a password, so nothing of it is repeated.</summary>
    private static async Task<HttpLogIn?> ReadAsync(HttpExchange exchange)
    {
        if (!exchange.Request.HasJsonContentType())
        {
            return null;
        }

        try
        {
            using JsonDocument body = await JsonDocument.ParseAsync(exchange.Request.Body, cancellationToken: exchange.Ended);
            return HttpLogIn.Of(body.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Behind a proxy that ends TLS the browser came by https, too.</summary>
    private static CookieOptions Cookie(HttpExchange exchange, TimeSpan? life = null) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = exchange.Request.IsHttps || exchange.Request.Headers.Origin.ToString().StartsWith("https:", StringComparison.OrdinalIgnoreCase),
        Path = "/",
        MaxAge = life,
    };
}
