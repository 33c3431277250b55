using FastRtspProxy.Operations.Configuration.Comparison;

namespace FastRtspProxy.Operations.Reload;

/// <summary>What runs, as a reload sees it: asked first, changed afterwards.</summary>
internal interface IReloadTarget
{
    /// <summary>Why it cannot be made so, each a sentence that names the input and the remedy; empty: it can. Nothing is changed.</summary>
    IReadOnlyList<string> Objections(ConfigDifference difference);

    /// <summary>
    /// Makes it so. What is in none of the difference's lists is not touched. Gives what could not be done all the same, by the
    /// names of the streams; everything else is done.
    /// </summary>
    /// <exception cref="ReloadRefusedException">
    /// What it has to open cannot be opened (a port that another program has); nothing was changed.
    /// </exception>
    Task<IReadOnlyDictionary<string, string>> ApplyAsync(ConfigDifference difference);
}
