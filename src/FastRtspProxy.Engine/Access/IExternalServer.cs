namespace FastRtspProxy.Engine.Access;

/// <summary>Carries a question to the external decision and its answer back. Any thread.</summary>
internal interface IExternalServer : IDisposable
{
    /// <summary>Asks once. Whatever goes wrong on the way is <see cref="ExternalVerdict.Error"/>; cancelled, it ends soon.</summary>
    Task<ExternalAnswer> AskAsync(ExternalQuestion question, CancellationToken cancel);
}
