using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Events;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Operations.Streams;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Api;

/// <summary>
/// The HTTP API: what can be asked under <c>/api/v1</c>. Streams with configuration and state as one resource, who watches, the program, what
/// happens. Whatever is changed goes through the <see cref="Reloader"/>; whatever is told is asked of the engine then. No secret leaves it.
/// </summary>
internal static class ApiRoutes
{
    public static IEnumerable<HttpRoute> All(
        IEngineView engine, Reloader reloader, StreamStore store, EventLog events, LogHistory history, ProgramFacts facts,
        TimeProvider time, ILogger log, Func<string, StreamOwner?>? ownerOf = null)
    {
        StreamRevisions revisions = new();
        LongAnswers answers = new();
        StreamEditor editor = new(reloader, store, revisions, log);
        return
        [
            OpenApiDocument.Route,
            .. new StreamsApi(engine, reloader, store, editor, revisions, answers, ownerOf).Routes,
            .. new ViewersApi(engine, reloader, answers).Routes,
            .. new DialogueApi(engine, reloader).Routes,
            .. new ProgramApi(engine, reloader, store, facts, time).Routes,
            .. new EventRoutes(events, time).Routes,
            .. new LogApi(history).Routes,
        ];
    }
}
