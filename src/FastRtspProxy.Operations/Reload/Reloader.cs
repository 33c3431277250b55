using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Reload;

/// <summary>
/// Load, validate all, compare, apply: in this order, one at a time. With an error anywhere what was there goes on, the reason is said once, and kept
/// for whoever asks. Any thread may ask; what runs, runs on the thread pool.
/// </summary>
/// <param name="running">What the program was started with.</param>
/// <param name="load">Reads the file and the arguments again. Called outside the threads of sockets.</param>
internal sealed class Reloader(ProxyConfig running, Func<Task<LoadedConfig>> load, IReloadTarget target, TimeProvider time, ILogger log)
{
    /// <summary>Whoever holds it may change <see cref="_running"/>.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>What counts: what was read last, but for what needs a restart. That is found, and said, at each reload until there is one.</summary>
    private ProxyConfig _running = running;

    private volatile ReloadResult? _last;
    private long _taken;
    private long _refused;

    /// <summary>The last time that everything was read again; null: there was none.</summary>
    public ReloadResult? Last => _last;

    /// <summary>What counts at this moment.</summary>
    public ProxyConfig Running => Volatile.Read(ref _running);

    /// <summary>Told what came of each reading, before the next one begins. It does not throw.</summary>
    public Func<ReloadResult, Task> Done { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Told when everything is about to be read again; <see cref="Reloaded"/> follows. As that.</summary>
    public event Action? Reloading;

    /// <summary>Told of each reload, and what it changed, when it is over. It only puts it into a queue.</summary>
    public event Action<ReloadResult>? Reloaded;

    /// <summary>How many were taken. Any thread.</summary>
    public long TakenCount => Volatile.Read(ref _taken);

    /// <summary>How many changed nothing, because of an error. Any thread.</summary>
    public long RefusedCount => Volatile.Read(ref _refused);

    /// <summary>Reads again, after those that were asked for before. It does not throw.</summary>
    public async Task<ReloadResult> ReloadAsync(ReloadCause cause)
    {
        Reloading?.Invoke();
        ReloadResult result = await InTurnAsync(cause, load, Done, isDryRun: false);
        _last = result;
        Interlocked.Increment(ref result.IsTaken ? ref _taken : ref _refused);
        Reloaded?.Invoke(result);
        return result;
    }

    /// <summary>
    /// Makes what a request wants of the configuration, in turn with everything that is read again: the same comparison, the same objections. It does
    /// not throw.
    /// </summary>
    /// <param name="change">The configuration as it is to be; null in it: it cannot be. Called when it is its turn.</param>
    /// <param name="done">Told what came of it, before the next one begins.</param>
    /// <param name="isDryRun">Says what would be done, and does nothing.</param>
    public Task<ReloadResult> ChangeAsync(Func<Task<LoadedConfig>> change, Func<ReloadResult, Task> done, bool isDryRun) =>
        InTurnAsync(ReloadCause.Api, change, done, isDryRun);

    /// <summary>What a reload would do now; nothing is done. It does not throw.</summary>
    public Task<ReloadResult> TryAsync() => InTurnAsync(ReloadCause.Api, load, Done, isDryRun: true);

    private async Task<ReloadResult> InTurnAsync(
        ReloadCause cause, Func<Task<LoadedConfig>> read, Func<ReloadResult, Task> done, bool isDryRun)
    {
        await _turn.WaitAsync();
        try
        {
            DateTimeOffset now = time.GetUtcNow();
            long began = time.GetTimestamp();
            ReloadResult result = await TryAttemptAsync(new ReloadResult(cause, now) { IsDryRun = isDryRun }, read);
            result = result with { Took = time.GetElapsedTime(began) };
            if (!result.IsCutShort && !isDryRun)
            {
                Say(result);
            }

            await done(result);
            return result;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>An error of ours must not end the watch over the file, nor the program.</summary>
    private async Task<ReloadResult> TryAttemptAsync(ReloadResult result, Func<Task<LoadedConfig>> read)
    {
        try
        {
            return await AttemptAsync(result, read);
        }
        catch (ObjectDisposedException)
        {
            return result with { IsCutShort = true, Errors = ["the proxy stopped meanwhile"] };
        }
        catch (Exception e)
        {
            ReloadLog.Broken(log, e);
            return result with { IsBroken = true, Errors = ["an error of the proxy: its log says more"] };
        }
    }

    private async Task<ReloadResult> AttemptAsync(ReloadResult result, Func<Task<LoadedConfig>> read)
    {
        LoadedConfig loaded = await read();
        result = result with { Warnings = [.. loaded.Remarks.Where(static remark => remark.IsWarning).Select(remark => remark.Line(loaded.File))] };
        if (loaded.Config is not { } next)
        {
            return result with { Errors = [.. loaded.Remarks.Where(static remark => !remark.IsWarning).Select(remark => remark.Line(loaded.File))] };
        }

        ConfigDifference difference = ConfigComparison.Of(_running, next);
        IReadOnlyList<string> objections = target.Objections(difference);
        string where = loaded.File is null ? "" : $"{loaded.File}: ";
        if (objections.Count > 0)
        {
            return result with { Errors = [.. objections.Select(objection => where + objection)] };
        }

        IReadOnlyDictionary<string, string> failed = new Dictionary<string, string>();
        if (!result.IsDryRun)
        {
            try
            {
                failed = await target.ApplyAsync(difference);
            }
            catch (ReloadRefusedException refused)
            {
                return result with { Errors = [where + refused.Message] };
            }

            Volatile.Write(ref _running, WithoutFailed(difference, failed));
        }

        return result with
        {
            FailedStreams = [.. failed.Keys],
            Applied = [.. Texts(difference, failed, refused: false)],
            Refused = [.. Texts(difference, failed, refused: true)],
            Failed = [.. failed.Values],
        };
    }

    private static IEnumerable<string> Texts(ConfigDifference difference, IReadOnlyDictionary<string, string> failed, bool refused) =>
        difference.Changes
        .Where(change => (change.Kind == ConfigChangeKind.Refused) == refused && !(change.Stream is { } stream && failed.ContainsKey(stream)))
        .Select(static change => change.Text);

    /// <summary>What counts now: a stream that could not be changed is as it was, so that the next reload finds it different again.</summary>
    private static ProxyConfig WithoutFailed(ConfigDifference difference, IReadOnlyDictionary<string, string> failed)
    {
        if (failed.Count == 0)
        {
            return difference.Result;
        }

        IEnumerable<StreamConfig> asBefore = difference.Remade.Concat(difference.Adjusted)
            .Where(change => failed.ContainsKey(change.New.Name)).Select(static change => change.Old);
        return difference.Result with { Streams = [.. difference.Result.Streams.Where(stream => !failed.ContainsKey(stream.Name)), .. asBefore] };
    }

    private void Say(ReloadResult result)
    {
        if (result.Cause == ReloadCause.Api)
        {
            SayChange(result);
            return;
        }

        string cause = result.Cause switch
        {
            ReloadCause.HangUp => "SIGHUP",
            ReloadCause.FileChanged => "the file has changed",
            _ => "by a request",
        };
        foreach (string warning in result.Warnings)
        {
            ReloadLog.Warned(log, warning);
        }

        if (!result.IsTaken)
        {
            foreach (string error in result.Errors)
            {
                ReloadLog.RefusedFor(log, error);
            }

            ReloadLog.Refused(log, cause, result.Errors.Count);
            return;
        }

        foreach (string change in result.Applied)
        {
            ReloadLog.Changed(log, change);
        }

        foreach (string change in result.Refused)
        {
            ReloadLog.NeedsRestart(log, change);
        }

        foreach (string failure in result.Failed)
        {
            ReloadLog.Failed(log, failure);
        }

        ReloadLog.Taken(log, cause, result.Applied.Count);
    }

    /// <summary>Whoever asked hears the rest.</summary>
    private void SayChange(ReloadResult result)
    {
        foreach (string change in result.Applied)
        {
            ReloadLog.ChangedByApi(log, change);
        }

        foreach (string failure in result.Failed)
        {
            ReloadLog.Failed(log, failure);
        }
    }
}
