using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Operations.Http;

/// <summary>
/// Who has logged in with a page: a browser can put a token neither on an EventSource nor on a WebSocket, so it gets a cookie. Kept in memory, as
/// hashes, so that nobody who reads it can use them; gone with the program. Any thread.
/// </summary>
internal sealed class HttpSessions(TimeProvider time)
{
    public const string CookieName = "frp-session";

    /// <summary>For so long a log-in holds.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    /// <summary>The oldest goes when there would be more.</summary>
    private const int CountMax = 1000;

    /// <summary>Of one user: his own oldest goes when there would be more, and nobody else's.</summary>
    private const int CountOfOneMax = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, HttpSession> _byHash = new(StringComparer.Ordinal);

    /// <summary>A new one; the result is the cookie's value, which nobody else ever sees.</summary>
    /// <param name="user">Null: the token was shown.</param>
    /// <param name="secret">What was right then; with another one the session is over.</param>
    public string Begin(string? user, UserSecret secret)
    {
        string id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            if (_byHash.Count >= CountMax)
            {
                foreach (string old in _byHash.Where(entry => entry.Value.Until <= now).Select(static entry => entry.Key).ToArray())
                {
                    _byHash.Remove(old);
                }

                if (_byHash.Count >= CountMax)
                {
                    _byHash.Remove(_byHash.MinBy(static entry => entry.Value.Until).Key);
                }
            }

            if (_byHash.Count(entry => entry.Value.User == user) >= CountOfOneMax)
            {
                _byHash.Remove(_byHash.Where(entry => entry.Value.User == user).MinBy(static entry => entry.Value.Until).Key);
            }

            _byHash.Add(HashOf(id), new HttpSession(user, secret, now + Life));
        }

        return id;
    }

    /// <summary>Null: there is none of that value, or it is over.</summary>
    public HttpSession? Find(string? id)
    {
        if (string.IsNullOrEmpty(id))
        {
            return null;
        }

        lock (_lock)
        {
            return _byHash.TryGetValue(HashOf(id), out HttpSession? session) && session.Until > time.GetUtcNow() ? session : null;
        }
    }

    /// <summary>A log-out.</summary>
    public void End(string? id)
    {
        if (!string.IsNullOrEmpty(id))
        {
            lock (_lock)
            {
                _byHash.Remove(HashOf(id));
            }
        }
    }

    private static string HashOf(string id) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
