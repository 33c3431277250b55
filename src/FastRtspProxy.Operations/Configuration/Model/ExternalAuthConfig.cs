using FastRtspProxy.Engine.Access;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>A server that decides who may watch.</summary>
internal sealed record ExternalAuthConfig
{
    public string Url { get; init; } = "";

    /// <summary>Which rights it is asked for.</summary>
    public ValueList<AccessRight> Actions { get; init; } = [AccessRight.Read];

    /// <summary>Sent with each question, so that the server knows us.</summary>
    public ValueList<HeaderConfig> Headers { get; init; } = [];

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    public AnswerCacheConfig Cache { get; init; } = new();

    public ExternalOnError OnError { get; init; } = ExternalOnError.Deny;
}
