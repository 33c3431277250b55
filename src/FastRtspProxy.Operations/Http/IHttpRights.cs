using FastRtspProxy.Engine.Access;

namespace FastRtspProxy.Operations.Http;

/// <summary>What whoever asks may do at this moment.</summary>
internal interface IHttpRights
{
    /// <summary>True where he has that right for that stream; null: for whichever.</summary>
    bool May(AccessRights right, string? stream, bool isKnown = true);

    /// <summary>True where he has that right for every stream.</summary>
    bool MayForEveryStream(AccessRights right);
}
