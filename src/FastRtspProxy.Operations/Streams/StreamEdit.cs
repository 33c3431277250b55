using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Streams;

/// <summary>What a request makes of a stream. Pure: the same question has the same answer.</summary>
/// <param name="Document">As it is to be kept.</param>
/// <param name="Faults">Why it cannot be; empty: it reads as a stream.</param>
/// <param name="Cleared">What was kept until now, never to be read, and is gone: <c>password</c>, <c>tls</c>.</param>
internal sealed record StreamEdit(JsonObject Document, IReadOnlyList<StreamFault> Faults, IReadOnlyList<string> Cleared)
{
    /// <param name="old">The stream that is there; null: there is none.</param>
    /// <param name="given">The body.</param>
    /// <param name="isMerge">PATCH; else the body is the whole stream, but for a password that it does not say.</param>
    /// <param name="read">A document as a stream, and what is wrong with it.</param>
    public static StreamEdit Of(
        JsonObject? old, JsonObject given, bool isMerge, Func<JsonObject, (StreamConfig Stream, IReadOnlyList<StreamFault> Faults)> read)
    {
        List<StreamFault> faults = [];
        JsonObject said = StreamDocument.WithoutUserParts(given, faults);
        if (faults.Count > 0)
        {
            return new StreamEdit(said, faults, []);
        }

        JsonObject next = old is null ? StreamDocument.Merge([], said) : Next(old, said, isMerge);
        (StreamConfig stream, IReadOnlyList<StreamFault> found) = read(next);
        if (found.Count > 0 || old is null)
        {
            return new StreamEdit(next, found, []);
        }

        List<string> cleared = [];
        PasswordScope scope = PasswordScope.Between(read(old).Stream, stream);
        bool hadSecret = StreamDocument.HasSecret(next);
        if (!scope.KeepsSecrets)
        {
            JsonObject without = StreamDocument.WithoutKeptSecrets(next, said);
            Note("password", !JsonNode.DeepEquals(without, next));
            next = without;
        }

        if (!scope.KeepsTrust)
        {
            JsonObject without = StreamDocument.WithoutKeptTrust(next, said);
            Note("tls", !JsonNode.DeepEquals(without, next));
            next = without;
        }

        return new StreamEdit(next, hadSecret || cleared.Count > 0 ? read(next).Faults : found, cleared);

        void Note(string what, bool isCleared)
        {
            if (isCleared)
            {
                cleared.Add(what);
            }
        }
    }

    private static JsonObject Next(JsonObject old, JsonObject said, bool isMerge)
    {
        JsonObject next = StreamDocument.Merge(isMerge ? old : [], said);
        bool keepsPassword = !said.ContainsKey(StreamDocument.Password);
        if (keepsPassword && old[StreamDocument.Password] is { } password)
        {
            next[StreamDocument.Password] = password.DeepClone();
        }

        if (keepsPassword && !StreamDocument.IsText(next, StreamDocument.UserName))
        {
            next.Remove(StreamDocument.Password);
        }

        return StreamDocument.WithStoredPasswords(StreamDocument.WithStoredUrls(next, old), old);
    }
}
