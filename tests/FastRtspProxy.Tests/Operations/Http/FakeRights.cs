using System.Net;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Http;

namespace FastRtspProxy.Tests.Operations.Http;

/// <summary>Rights as a test says.</summary>
internal sealed class FakeRights(Func<AccessQuestion, bool> may) : IHttpRights
{
    public bool May(AccessRights right, string? stream, bool isKnown = true) => may(new AccessQuestion(right, stream, isKnown, IPAddress.Loopback));

    /// <summary>False: for some streams only.</summary>
    public bool IsForEveryStream { get; init; } = true;

    public bool MayForEveryStream(AccessRights right) => IsForEveryStream && May(right, null);
}
