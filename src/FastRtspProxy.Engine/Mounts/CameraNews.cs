using System.Globalization;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Status;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Says what becomes of a mount's camera: each kind of failure once, and its end once, as <see cref="OutageNews"/> decides. On the mount's shard.
/// </summary>
internal sealed class CameraNews(MountSettings settings, CameraRecord record, SourceRecord sources, ILogger log)
{
    private readonly OutageNews _outage = new();

    /// <summary>Of several sources, those whose failures were said since media came last; null: none was.</summary>
    private HashSet<(BackendOptions Source, BackendFailureKind Kind)>? _said;

    /// <summary>True until the end of an outage, or the first media of another source, was told of. Looked at with each packet.</summary>
    public bool AwaitsMedia => _outage.AwaitsMedia || sources.AwaitsMedia;

    private string Url => settings.Backend.Url.Redacted;

    private VideoSilence Silence => settings.Backend.VideoSilence;

    /// <summary>The first packet after a loss.</summary>
    public void OnMedia()
    {
        if (sources.AwaitsMedia)
        {
            if (sources.OnMedia())
            {
                record.OnOtherSource(settings.Order.Current + 1, settings.Sources.Count, sources.Why);
            }

            settings.Order.OnDelivers(settings.Order.Current);
            _said = null;
        }

        if (_outage.AwaitsMedia)
        {
            _outage.OnMedia();
            MountLog.Back(log, settings.Name, Url);
            record.OnUp();
        }
    }

    /// <summary>A source was lost, or could not be had, and another one is tried at once.</summary>
    /// <param name="source">The one that failed.</param>
    /// <param name="failure">Why.</param>
    /// <param name="clients">Those who are held.</param>
    public void OnOtherSource(BackendOptions source, BackendFailure failure, int clients)
    {
        LogLevel level = (_said ??= []).Add((source, failure.Kind)) ? LogLevel.Warning : LogLevel.Debug;
        string held = clients > 0 ? $"; {clients} viewer(s) are held meanwhile" : string.Empty;
        SourceLog.TryOther(
            log, level, settings.Name, source.Url.Redacted, failure.Message, settings.Order.Current + 1, settings.Sources.Count, held);
    }

    /// <summary>The camera was described again.</summary>
    public void OnDescribed(bool isWanted)
    {
        if (_outage.OnDescribed(isWanted))
        {
            MountLog.Answers(log, settings.Name, Url);
        }

        if (!_outage.AwaitsMedia)
        {
            record.OnUp();
        }
    }

    /// <summary>An attempt failed, and the next one comes after a wait.</summary>
    /// <param name="source">Of the one that failed.</param>
    /// <param name="failure">Why.</param>
    /// <param name="wait">How long.</param>
    /// <param name="clients">Those who are held.</param>
    /// <param name="holdLeft">For how long they still are.</param>
    public void OnFailure(BackendOptions source, BackendFailure failure, TimeSpan wait, int clients, TimeSpan holdLeft)
    {
        string url = source.Url.Redacted;
        record.OnWait(failure, wait);
        string next = string.Create(CultureInfo.InvariantCulture, $"the next attempt follows in {wait.TotalSeconds:0.#} s");
        record.Steps.Add(CameraStepKind.Waiting, next);
        if (_outage.OnFailure(failure.Kind))
        {
            string held = clients > 0 ? $"; {clients} viewer(s) are held for up to {holdLeft.TotalSeconds:0.#} s" : string.Empty;
            MountLog.Down(log, settings.Name, url, failure.Message, wait.TotalSeconds, held);
        }
        else
        {
            MountLog.StillDown(log, settings.Name, url, failure.Message, wait.TotalSeconds);
        }
    }

    /// <summary>An attempt failed, and the next one, in another way, comes at once.</summary>
    public void OnOtherWay(BackendFailure failure)
    {
        if (failure.NextWay is { } next)
        {
            LogLevel level = failure.IsQuiet ? LogLevel.Debug : LogLevel.Information;
            string way = TransportChoice.Name(next);
            MountLog.TryWay(log, level, settings.Name, Url, failure.Message, way);
            record.Steps.Add(CameraStepKind.OtherWay, way);
        }
        else if (failure.Kind == BackendFailureKind.ClosedAfterChallenge)
        {
            MountLog.AnswersNext(log, settings.Name, Url, failure.Message);
        }
        else if (failure.Kind == BackendFailureKind.VideoSilent)
        {
            SayVideoSilent(failure);
        }
        else
        {
            MountLog.Following(log, settings.Name, Url, failure.Message);
        }
    }

    /// <summary>Pictures may have come back after they had stayed away.</summary>
    public void NoteVideo()
    {
        if (Silence.IsBack)
        {
            Silence.IsBack = false;
            MountLog.VideoIsBack(log, settings.Name, Url);
        }
    }

    private void SayVideoSilent(BackendFailure failure)
    {
        if (Silence.Losses == 1)
        {
            MountLog.VideoSilent(log, settings.Name, Url, failure.Message, Silence.Patience.TotalSeconds);
        }
        else
        {
            MountLog.VideoStillSilent(log, settings.Name, Url, failure.Message, Silence.Patience.TotalSeconds);
        }
    }
}
