using System.Net;
using System.Security.Cryptography;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Auth;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Http;

/// <summary>
/// Who a request comes from: by the token, by a user's password (Basic), or by the cookie of a log-in. Guesses wait for their turn with those of
/// viewers. Any thread.
/// </summary>
internal sealed class HttpLogIns(OutsideLogIns engine, HttpSessions sessions, Func<HttpConfig> config)
{
    /// <summary>The name under which a wrong token is told of.</summary>
    private const string TokenName = "(token)";

    /// <summary>The oldest is forgotten when there would be more.</summary>
    private const int ProvenMax = 256;

    private readonly Lock _lock = new();

    /// <summary>Makes what is kept of a password worthless to whoever reads it.</summary>
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>
    /// What was right, from where, and against what: shown again with each request, it does not wait behind the guesses of a neighbour.
    /// </summary>
    private readonly OrderedDictionary<(AddressGroup From, string Hash), UserSecret> _proven = [];

    /// <summary>The sessions of pages.</summary>
    public HttpSessions Sessions => sessions;

    /// <summary>Null: something was shown that is wrong. What is only missing is nobody.</summary>
    public async ValueTask<HttpIdentity?> IdentifyAsync(HttpContext context, IPAddress client)
    {
        string? authorization = context.Request.Headers.Authorization;
        if (!string.IsNullOrEmpty(authorization))
        {
            const string Bearer = "Bearer ";
            return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? await ByTokenAsync(authorization[Bearer.Length..].Trim(), client, context.RequestAborted)
                : BasicAuthorization.TryRead(authorization, out string? user, out string? password)
                    ? await ByPasswordAsync(user, password, client, context.RequestAborted)
                    : null;
        }

        return BySession(context.Request.Cookies[HttpSessions.CookieName]);
    }

    /// <summary>Null: it is not the token, or there is none.</summary>
    public async Task<HttpIdentity?> ByTokenAsync(string token, IPAddress client, CancellationToken gone)
    {
        UserSecret? secret = TokenSecret();
        bool isRight = secret is not null && await ProveAsync(
            TokenName, token, secret, client,
            () => engine.JudgeAsync(() => secret.IsPassword(TokenName, TokenName, token), TokenName, client, gone));
        return isRight ? new HttpIdentity(HttpIdentityKind.Token, null) { Secret = secret } : null;
    }

    /// <summary>Null: there is no user of that name with that password.</summary>
    public async Task<HttpIdentity?> ByPasswordAsync(string name, string password, IPAddress client, CancellationToken gone)
    {
        AccessUser? user = engine.Find(name);
        if (user is null)
        {
            _ = await engine.FindAsync(name, password, client, gone); // for its time, and for the count of guesses
            return null;
        }

        bool isRight = await ProveAsync(
            name, password, user.Secret, client, async () => await engine.FindAsync(name, password, client, gone) is not null);
        return isRight ? new HttpIdentity(HttpIdentityKind.Password, user) { Secret = user.Secret } : null;
    }

    /// <summary>
    /// True where what a request was let in by is still right: a request may last for hours, and a log-in, or the token, not as long.
    /// </summary>
    public bool IsStill(HttpIdentity identity) => (identity.Cookie is null || sessions.Find(identity.Cookie) is not null)
        && (identity.Kind != HttpIdentityKind.Token || (identity.Secret?.Equals(TokenSecret()) ?? false));

    private HttpIdentity BySession(string? cookie)
    {
        if (sessions.Find(cookie) is not { } session)
        {
            return HttpIdentity.Nobody;
        }

        HttpIdentity known = session.User is null ? new HttpIdentity(HttpIdentityKind.Token, null)
            : engine.Find(session.User) is { } user && user.Secret.Equals(session.Secret) ? new HttpIdentity(HttpIdentityKind.Session, user)
            : HttpIdentity.Nobody;
        known = known with { Secret = session.Secret, Cookie = cookie };
        return known.Kind != HttpIdentityKind.Nobody && IsStill(known) ? known : HttpIdentity.Nobody;
    }

    private UserSecret? TokenSecret() => config().Token is { } token ? UserSecret.OfPassword(token.Value) : null;

    private async Task<bool> ProveAsync(string name, string shown, UserSecret secret, IPAddress client, Func<Task<bool>> judge)
    {
        byte[] hash = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{name}\0{shown}"));
        (AddressGroup, string) entry = (AddressGroup.Of(client), Convert.ToHexString(hash));
        lock (_lock)
        {
            if (_proven.TryGetValue(entry, out UserSecret? then) && then.Equals(secret))
            {
                return true;
            }
        }

        if (!await judge())
        {
            return false;
        }

        lock (_lock)
        {
            _proven[entry] = secret;
            if (_proven.Count > ProvenMax)
            {
                _proven.RemoveAt(0);
            }
        }

        return true;
    }
}
