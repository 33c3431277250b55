using System.Text.Json.Nodes;
using FastRtspProxy.Engine;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Operations.Streams;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Api;

/// <summary>
/// Changes streams: in turn with reloads and with each other, and each as a whole or not at all. Its file is on the disk before the engine is asked,
/// and has its name when the engine has done it; that of a stream that goes is gone before, and comes back where the engine does not do it: whoever
/// hears a yes finds it so behind a power failure, too.
/// </summary>
internal sealed class StreamEditor(Reloader reloader, StreamStore store, StreamRevisions revisions, ILogger log)
{
    public async Task<EditOutcome> EditAsync(EditRequest request)
    {
        Attempt attempt = new(this, request);
        ReloadResult result = await reloader.ChangeAsync(attempt.PlanAsync, attempt.EndAsync, request.IsDryRun);
        return attempt.Outcome with { Problem = attempt.Outcome.Problem ?? ProblemOf(request, result), Result = result };
    }

    private static HttpProblem? ProblemOf(EditRequest request, ReloadResult result) => result switch
    {
        { IsCutShort: true } => ApiProblems.Ending,
        { IsBroken: true } => ApiProblems.Broken,
        { IsTaken: false } => ApiProblems.Invalid([.. result.Errors.Select(static text => new StreamFault("", Printable.Line(text)))]),
        _ when IndexOfFailure(request, result) is >= 0 and int index =>
            ApiProblems.Conflict("the stream cannot be had", Printable.Line(result.Failed[index])),
        _ => null,
    };

    private static int IndexOfFailure(EditRequest request, ReloadResult result) =>
        Enumerable.Range(0, result.FailedStreams.Count).FirstOrDefault(index => result.FailedStreams[index] == request.Name, -1);

    /// <summary>One change, from its turn to its end.</summary>
    private sealed class Attempt(StreamEditor editor, EditRequest request)
    {
        private WrittenFile? _file;

        /// <summary>What the file held that was taken away; null: none was.</summary>
        private byte[]? _taken;

        /// <summary>What is to be; null: the change is refused.</summary>
        private WholeConfig? _whole;

        public EditOutcome Outcome { get; private set; } = new();

        private StreamStore Store => editor.Stored;

        public async Task<LoadedConfig> PlanAsync()
        {
            if (FindObstacle() is { } obstacle)
            {
                return Refuse(obstacle);
            }

            WholeConfig whole;
            if (request.Body is null)
            {
                whole = Store.Without(request.Name);
            }
            else if (TryPlan(request.Body, out whole) is { } problem)
            {
                return Refuse(problem);
            }

            if (!request.IsDryRun && await Outbound.RunAsync(() => Task.FromResult(TouchDisk())) is { } failure)
            {
                return Refuse(ApiProblems.NotKept(failure));
            }

            _whole = whole;
            return new LoadedConfig(request.IsDryRun ? WithoutGuesses(whole.Config) : whole.Config, [], null);
        }

        /// <summary>The engine has done it, or has not.</summary>
        public async Task EndAsync(ReloadResult result)
        {
            if (_whole is not null && result.IsTaken && !request.IsDryRun && IndexOfFailure(request, result) < 0)
            {
                bool isOnDisk = await Outbound.RunAsync(() => Task.FromResult(KeepOnDisk()));
                Store.Put(request.Name, Outcome.Stored, isOnDisk, _whole.LeftOut.Keys);
            }
            else if (_taken is { } held)
            {
                await Outbound.RunAsync(() => Task.FromResult(TryPutBack(held)));
            }

            _file?.Dispose();
            if (Outcome.Stored is not null && !request.IsDryRun)
            {
                Outcome = Outcome with { Config = editor.Find(request.Name) };
            }
        }

        private ProxyConfig WithoutGuesses(ProxyConfig config) => editor.Find(request.Name) is not { } there
            ? config
            : config with { Streams = [.. config.Streams.Select(one => one.Name == request.Name ? GuessedSecrets.Hide(one, there) : one)] };

        private LoadedConfig Refuse(HttpProblem problem)
        {
            Outcome = new EditOutcome { Problem = problem };
            return new LoadedConfig(null, [new ConfigRemark(ConfigPlace.WholeFile, IsWarning: false, problem.Title)], null);
        }

        private HttpProblem? FindObstacle()
        {
            StreamConfig? there = editor.Find(request.Name);
            if (there is { Origin: not ConfigOrigin.Api })
            {
                return ApiProblems.InFile(request.Name, there.Origin == ConfigOrigin.CommandLine);
            }

            StoredStream? stored = Store.Find(request.Name);
            if (stored is null && (request.Body is null || request.IsMerge))
            {
                return ApiProblems.NoStream(request.Name);
            }

            string? tag = there is null ? null : editor.Revisions.Of(there);
            if (StreamRevisions.Names(request.IfNoneMatch, tag) || (stored is not null && request.IfNoneMatch == "*"))
            {
                return ApiProblems.Precondition("There is such a stream (If-None-Match).");
            }

            return request.IfMatch.Count > 0 && !StreamRevisions.Names(request.IfMatch, tag)
                ? ApiProblems.Precondition("It was changed since it was read, or it is gone (If-Match): read it again, and repeat the change.")
                : null;
        }

        private HttpProblem? TryPlan(JsonObject body, out WholeConfig whole)
        {
            whole = new WholeConfig(Store.Written, new Dictionary<string, IReadOnlyList<StreamFault>>(), []);
            StoredStream? old = Store.Find(request.Name);
            if (StreamRules.FindNameFault(request.Name) is { } fault)
            {
                return ApiProblems.Invalid([new StreamFault("", $"the name \"{ApiProblems.Shown(request.Name)}\" cannot be: {fault}")]);
            }

            if (old is null && Store.Count >= StreamStore.StreamsMax)
            {
                return ApiProblems.NotKept($"There are {StreamStore.StreamsMax} streams that requests have made: take one away.");
            }

            StreamEdit edit = StreamEdit.Of(
                request.IsWhole ? null : old?.Document, body, request.IsMerge,
                document => StreamReading.Read(request.Name, document, Store.Written.Defaults));
            if (edit.Faults.Count > 0)
            {
                return ApiProblems.Invalid(edit.Faults);
            }

            if (JsonText.Write(edit.Document).Length > StreamStore.DocumentBytesMax)
            {
                return ApiProblems.Invalid([new StreamFault("", $"its keys take more than {StreamStore.DocumentBytesMax} bytes")]);
            }

            StoredStream next = new(request.Name, edit.Document, request.Persists && Store.Files is not null);
            IReadOnlyCollection<string> outBefore = Store.LeftOut;
            whole = Store.With(next);
            if (whole.LeftOut.TryGetValue(request.Name, out IReadOnlyList<StreamFault>? faults))
            {
                return ApiProblems.Invalid(faults);
            }

            if (whole.LeftOut.FirstOrDefault(one => !outBefore.Contains(one.Key)) is { Key: { } other, Value: { } reasons })
            {
                string why = string.Join("; ", reasons.Select(static reason => reason.Detail));
                return ApiProblems.Invalid([new StreamFault("", $"the stream \"{ApiProblems.Shown(other)}\" could not be beside it: {why}")]);
            }

            string beginning = Printable.Line(StreamReading.PathOf(request.Name)) + ".";
            Outcome = new EditOutcome
            {
                IsNew = old is null,
                Stored = next,
                Config = whole.Config.Streams.FirstOrDefault(stream => stream.Name == request.Name),
                Cleared = edit.Cleared,
                Warnings =
                [
                    .. whole.Warnings.Where(text => text.StartsWith(beginning, StringComparison.Ordinal)).Select(text => text[beginning.Length..]),
                ],
            };
            return null;
        }

        /// <summary>What has to be on the disk, or gone from it, before the engine is asked; why it cannot be.</summary>
        private string? TouchDisk()
        {
            bool isTaken = request.Body is null;
            try
            {
                if (Outcome.Stored is { IsPersisted: true } kept)
                {
                    _file = Store.Files!.Prepare(kept);
                }
                else if (isTaken && request.Persists && Store.Files is { } files
                    && (Store.Find(request.Name) is { IsPersisted: true } || files.Has(request.Name)))
                {
                    _taken = files.Take(request.Name);
                }

                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return isTaken
                    ? $"Its file cannot be taken away ({Printable.Line(e.Message)}). Nothing was changed; with ?persist=false the stream goes until "
                        + "the next start."
                    : $"Its file cannot be written ({Printable.Line(e.Message)}). Nothing was changed; with ?persist=false it would go with the "
                        + "program.";
            }
        }

        private bool TryPutBack(byte[] held)
        {
            try
            {
                Store.Files!.PutBack(request.Name, held);
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                StreamsLog.NotKept(editor.Log, request.Name, Printable.Line(e.Message));
                return false;
            }
        }

        /// <summary>True where its file is there, also one that says what is not so any more.</summary>
        private bool KeepOnDisk()
        {
            try
            {
                _file?.Commit();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                StreamsLog.NotKept(editor.Log, request.Name, Printable.Line(e.Message));
                Outcome = Outcome with { Stored = Outcome.Stored is { } kept ? kept with { IsPersisted = false } : null };
            }

            return Store.Files?.Has(request.Name) == true;
        }
    }

    private ILogger Log => log;

    private StreamStore Stored => store;

    private StreamRevisions Revisions => revisions;

    private StreamConfig? Find(string name) => reloader.Running.Streams.FirstOrDefault(stream => stream.Name == name);
}
