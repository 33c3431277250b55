using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>Wildcards by what stands before their <c>*</c>: thousands of names are looked up among thousands of them.</summary>
internal sealed class WildcardIndex
{
    private readonly Dictionary<string, List<string>> _byBeginning = new(StringComparer.Ordinal);

    public WildcardIndex(IEnumerable<string> wildcards)
    {
        foreach (string wildcard in wildcards)
        {
            string beginning = wildcard[..wildcard.IndexOf('*', StringComparison.Ordinal)];
            if (!_byBeginning.TryGetValue(beginning, out List<string>? names))
            {
                names = [];
                _byBeginning.Add(beginning, names);
            }

            names.Add(wildcard);
        }
    }

    /// <summary>A wildcard that makes the stream of that path; null: none does.</summary>
    public string? Find(string path)
    {
        Dictionary<string, List<string>>.AlternateLookup<ReadOnlySpan<char>> lookup = _byBeginning.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int length = _byBeginning.Count == 0 ? path.Length : 0; length < path.Length; length++)
        {
            if (lookup.TryGetValue(path.AsSpan(0, length), out List<string>? names)
                && names.Find(name => WildcardName.Matches(name, path, out _)) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
