using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>A password as it stands in the file.</summary>
/// <param name="Hash">With which algorithm it is hashed, with the user's name and the realm (RFC 7616 section 3.4.2); null: it is plain.</param>
/// <param name="Value">The password, or the hash in small hexadecimal digits.</param>
internal sealed record UserPassword(DigestAlgorithm? Hash, Secret Value);
