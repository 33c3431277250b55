using System.Net;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine;

/// <summary>
/// Log-ins that come by another way than RTSP: of the same users, by the same rules, and judged in the same turn, so that whoever guesses has one
/// count and one line. Any thread but a shard's.
/// </summary>
internal sealed class OutsideLogIns(FrontendServer frontend)
{
    /// <summary>What stands for the stream where the log names a failed log-in.</summary>
    private const string Place = "http";

    /// <summary>The rules in force.</summary>
    public AccessPolicy Policy => frontend.Access.Policy;

    /// <summary>The user of that name; null: there is none. Nothing of it is proven.</summary>
    public AccessUser? Find(string name) => Find(name, Policy);

    /// <summary>The user of that name with that password; null: there is none, or the client has gone, or guesses too much.</summary>
    public async Task<AccessUser?> FindAsync(string name, string password, IPAddress client, CancellationToken gone)
    {
        AccessState access = frontend.Access;
        AccessUser? user = Find(name, access.Policy);

        // An unknown user costs the same hashes as a known one.
        UserSecret secret = user?.Secret ?? UserSecret.OfPassword(string.Empty);
        bool isRight = await JudgeAsync(() => secret.IsPassword(name, access.Rules.Realm, password) && user is not null, name, client, gone);
        return isRight ? user : null;
    }

    /// <summary>
    /// Judges something that may be a guess, when its turn has come. False: it is wrong, was not looked at, or the client has gone.
    /// </summary>
    public async Task<bool> JudgeAsync(Func<bool> isRight, string name, IPAddress client, CancellationToken gone)
    {
        TaskCompletionSource hasGone = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = gone.Register(static source => ((TaskCompletionSource)source!).TrySetResult(), hasGone);
        LogInAttempt attempt = new(() => isRight() ? DigestOutcome.Accepted : DigestOutcome.Refused, name, client.Unmapped(), isFirst: false)
        {
            Method = Place,
            Url = Place,
        };
        return await frontend.Guesses.JudgeAsync(attempt, hasGone.Task) && attempt.Outcome == DigestOutcome.Accepted;
    }

    /// <summary>Of two users of one name, where there are, the one that may more here.</summary>
    private static AccessUser? Find(string name, AccessPolicy policy) =>
        policy.Find(name, AccessRights.Status) ?? policy.Find(name, AccessRights.Api) ?? policy.Find(name, AccessRights.Read);
}
