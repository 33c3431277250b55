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
    /// <summary>Whoever holds it may touch <see cref="_running"/>.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>What counts: what was read last, but for what needs a restart. That is found, and said, at each reload until there is one.</summary>
    private ProxyConfig _running = running;

    private volatile ReloadResult? _last;

    /// <summary>The last one; null: there was none.</summary>
    public ReloadResult? Last => _last;

    /// <summary>Reads again, after those that were asked for before. It does not throw.</summary>
    public async Task<ReloadResult> ReloadAsync(ReloadCause cause)
    {
        await _turn.WaitAsync();
        try
        {
            DateTimeOffset now = time.GetUtcNow();
            long began = time.GetTimestamp();
            ReloadResult result = await TryAttemptAsync(new ReloadResult(cause, now));
            result = result with { Took = time.GetElapsedTime(began) };
            if (!result.IsCutShort)
            {
                Say(result);
            }

            _last = result;
            return result;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>An error of ours must not end the watch over the file, nor the program.</summary>
    private async Task<ReloadResult> TryAttemptAsync(ReloadResult result)
    {
        try
        {
            return await AttemptAsync(result);
        }
        catch (ObjectDisposedException)
        {
            return result with { IsCutShort = true, Errors = ["the proxy stopped meanwhile"] };
        }
        catch (Exception e)
        {
            ReloadLog.Broken(log, e);
            return result with { Errors = ["an error of the proxy: its log says more"] };
        }
    }

    private async Task<ReloadResult> AttemptAsync(ReloadResult result)
    {
        LoadedConfig loaded = await load();
        result = result with { Warnings = [.. loaded.Remarks.Where(static remark => remark.IsWarning).Select(remark => remark.Line(loaded.File))] };
        if (loaded.Config is not { } next)
        {
            return result with { Errors = [.. loaded.Remarks.Where(static remark => !remark.IsWarning).Select(remark => remark.Line(loaded.File))] };
        }

        ConfigDifference difference = ConfigComparison.Of(_running, next);
        IReadOnlyList<string> objections = target.Objections(difference);
        if (objections.Count > 0)
        {
            return result with { Errors = [.. objections.Select(objection => $"{loaded.File}: {objection}")] };
        }

        IReadOnlyDictionary<string, string> failed = await target.ApplyAsync(difference);
        _running = WithoutFailed(difference, failed);
        return result with
        {
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
}
