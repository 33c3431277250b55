using FastRtspProxy.Engine.Access;

namespace FastRtspProxy.Operations.Http;

/// <summary>One thing that can be asked for.</summary>
/// <param name="Method">GET (HEAD comes with it), POST, PUT, PATCH, DELETE.</param>
/// <param name="Template">
/// The path; a segment <c>{name}</c> stands for one segment of the request's path, percent-decoded: a slash within a stream's name comes as
/// <c>%2F</c>.
/// </param>
/// <param name="Right">What whoever asks must have; None: nothing (health, the page's own files, the log-in).</param>
/// <param name="Work">Answers. Runs on the thread pool; what it throws becomes a 500 without a word of it.</param>
internal sealed record HttpRoute(string Method, string Template, AccessRights Right, Func<HttpExchange, Task> Work)
{
    /// <summary>It changes something: it needs the header that a foreign page cannot send, and its Origin is looked at.</summary>
    public bool IsChange => Method != "GET";

    /// <summary>It is about all streams at once: a role that has the right for some of them only is not enough.</summary>
    public bool IsOfEveryStream { get; init; }

    /// <summary>Null: it is always there; else it is while this says so.</summary>
    public Func<bool>? IsThere { get; init; }

    /// <summary>Its Origin is looked at though it changes nothing: WebSockets and event streams, which no CORS keeps from a foreign page.</summary>
    public bool LooksAtOrigin { get; init; }
}
