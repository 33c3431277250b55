using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>Wildcards by what stands before their <c>*</c>: thousands of names are looked up among thousands of them.</summary>
internal sealed class WildcardIndex
{
    private readonly Dictionary<string, List<(string Name, WildcardName Wildcard)>> _byBeginning = new(StringComparer.Ordinal);

    public WildcardIndex(IEnumerable<string> wildcards)
    {
        foreach (string wildcard in wildcards)
        {
            string beginning = wildcard[..wildcard.IndexOf('*', StringComparison.Ordinal)];
            if (!_byBeginning.TryGetValue(beginning, out List<(string Name, WildcardName Wildcard)>? names))
            {
                names = [];
                _byBeginning.Add(beginning, names);
            }

            names.Add((wildcard, new WildcardName(wildcard)));
        }
    }

    /// <summary>A wildcard that makes the stream of that path; null: none does.</summary>
    public string? Find(string path)
    {
        var lookup = _byBeginning.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int length = _byBeginning.Count == 0 ? path.Length : 0; length < path.Length; length++)
        {
            if (lookup.TryGetValue(path.AsSpan(0, length), out List<(string Name, WildcardName Wildcard)>? names)
                && names.Find(one => one.Wildcard.TryMatch(path, out _)) is { Name: { } found })
            {
                return found;
            }
        }

        return null;
    }
}
