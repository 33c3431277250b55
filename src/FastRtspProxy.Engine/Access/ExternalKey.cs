namespace FastRtspProxy.Engine.Access;

/// <summary>By what an external decision is remembered.</summary>
/// <param name="SecretMark">Made from password and token; empty: there is neither.</param>
internal readonly record struct ExternalKey(string Action, string Path, string? User, string Address, string Protocol, string SecretMark);
