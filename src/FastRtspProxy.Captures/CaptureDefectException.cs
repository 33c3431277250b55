namespace FastRtspProxy.Captures;

/// <summary>A file is not what it should be; the message is a sentence with the offset, for the user.</summary>
internal sealed class CaptureDefectException(string message) : Exception(message);
