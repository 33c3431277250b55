using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CommunityToolkit.HighPerformance.Buffers;

namespace FastRtspProxy.Engine.Access;

/// <summary>What the external decision is asked.</summary>
/// <param name="Action">The right's name: read, register.</param>
/// <param name="Path">The stream.</param>
/// <param name="User">The name that somebody gave; null: none.</param>
/// <param name="Password">By Basic only, which is taken over TLS only; null: a digest, which shows none.</param>
/// <param name="Token">What <c>token=</c> in the URL holds; null: nothing.</param>
/// <param name="Address">Where it comes from, in numbers.</param>
/// <param name="Protocol">rtsp or rtsps.</param>
internal sealed record ExternalQuestion(string Action, string Path, string? User, string? Password, string? Token, string Address, string Protocol)
{
    /// <summary>Of this process: what is remembered of secrets is of no use outside it.</summary>
    private static readonly byte[] s_key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    /// <summary>True when a no may be the answer to a guess: a name or a secret was given.</summary>
    public bool IsGuess => User is not null || Token is not null;

    /// <summary>
    /// The same question has the same key. The secrets are in it, so that nobody is let in by an answer to another password, and cannot be read out
    /// of it.
    /// </summary>
    public ExternalKey Key => new(Action, Path, User, Address, Protocol, Password is null && Token is null ? string.Empty : SecretMark());

    /// <summary>The question as JSON (RFC 8259); what is not given is not in it.</summary>
    public byte[] ToJson()
    {
        using ArrayPoolBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("action"u8, Action);
            json.WriteString("path"u8, Path);
            Write(json, "user", User);
            Write(json, "password", Password);
            Write(json, "token", Token);
            json.WriteString("address"u8, Address);
            json.WriteString("protocol"u8, Protocol);
            json.WriteEndObject();
        }

        byte[] text = buffer.WrittenSpan.ToArray();
        buffer.Clear(); // a password may be in it, and the pool gives the memory to anybody
        return text;
    }

    /// <summary>Without the secrets: a record's own text would print them.</summary>
    public override string ToString() => $"{Action} {Path} by {User} from {Address}";

    private string SecretMark()
    {
        // With the lengths: no password and token have the mark of two others.
        string secrets = $"{Password?.Length ?? -1}:{Password}:{Token?.Length ?? -1}:{Token}";
        return Convert.ToHexStringLower(HMACSHA256.HashData(s_key, Encoding.UTF8.GetBytes(secrets)));
    }

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
