namespace FastRtspProxy.Engine.Counters;

/// <summary>Why a stream's source came to be in use.</summary>
internal enum SourceCause
{
    /// <summary>The stream was opened, and it was the first one that delivered.</summary>
    First,

    /// <summary>The one before it was lost, or could not be had.</summary>
    Lost,

    /// <summary>It is a better one, and had delivered unseen.</summary>
    Better,

    /// <summary>The list of sources was changed, or an operator wanted it.</summary>
    Changed,
}
