namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>All that is to be said about a configuration, errors and warnings.</summary>
internal sealed class ConfigRemarks
{
    /// <summary>A file of 1 MB may have a hundred thousand errors; nobody reads more than these at once.</summary>
    private const int RemarksMax = 200;

    private readonly List<ConfigRemark> _remarks = [];
    private int _more;

    /// <summary>True when there was an error, also one that is not kept.</summary>
    public bool HasErrors { get; private set; }

    public void Error(ConfigPlace place, string text) => Add(new ConfigRemark(place, IsWarning: false, text));

    /// <param name="place">Where it was said.</param>
    /// <param name="path">Of the key.</param>
    /// <param name="name">The key as it is shown.</param>
    /// <param name="detail">What is wrong with it.</param>
    public void Error(ConfigPlace place, string path, string name, string detail) =>
        Add(new ConfigRemark(place, IsWarning: false, name + detail) { Path = path, Detail = detail.TrimStart(':', ' ') });

    public void Warn(ConfigPlace place, string text) => Add(new ConfigRemark(place, IsWarning: true, text));

    /// <summary>Errors first, each kind in the order of the file; of the same place in the order in which they were found.</summary>
    public IReadOnlyList<ConfigRemark> InOrder()
    {
        IEnumerable<ConfigRemark> sorted = _remarks.Distinct()
            .OrderBy(static remark => remark.IsWarning)
            .ThenBy(static remark => remark.Place.Line)
            .ThenBy(static remark => remark.Place.Column);
        return _more == 0 ? [.. sorted] : [.. sorted, new ConfigRemark(ConfigPlace.WholeFile, !HasErrors, $"{_more} more of the kind are not shown")];
    }

    private void Add(ConfigRemark remark)
    {
        HasErrors |= !remark.IsWarning;
        if (_remarks.Count < RemarksMax)
        {
            _remarks.Add(remark);
        }
        else
        {
            _more++;
        }
    }
}
