namespace FastRtspProxy.Engine.Access;

/// <summary>A server that is asked about those whom the users' list does not know.</summary>
/// <param name="Url">Where the questions are POSTed, and nowhere else: redirects are not followed.</param>
public sealed record ExternalSettings(Uri Url)
{
    /// <summary>About which rights it is asked.</summary>
    public AccessRights Actions { get; init; } = AccessRights.Read;

    /// <summary>Sent with each question: the secret by which the server knows us.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>How long a question may take, what it waits for its turn included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a yes is good for the same question.</summary>
    public TimeSpan AllowFor { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a no is.</summary>
    public TimeSpan DenyFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc cref="ExternalOnError"/>
    public ExternalOnError OnError { get; init; }

    /// <summary>By what they say: a reload that read the same text again has changed nothing.</summary>
    public bool Equals(ExternalSettings? other) => other is not null && Url == other.Url && Actions == other.Actions && Timeout == other.Timeout
        && AllowFor == other.AllowFor && DenyFor == other.DenyFor && OnError == other.OnError && Headers.SequenceEqual(other.Headers);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Url, Actions, Timeout, AllowFor, DenyFor, OnError, Headers.Count);

    /// <summary>Without the headers, and without what the URL may hold of credentials: a record's own text would print both.</summary>
    public override string ToString() => Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
