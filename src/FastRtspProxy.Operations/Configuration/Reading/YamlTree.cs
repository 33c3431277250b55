using System.Globalization;
using FastRtspProxy.Protocol.Rtsp;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>Nodes out of the parser's events, one after the other: no recursion, so that no depth of a file reaches the stack.</summary>
internal sealed class YamlTree(ConfigRemarks remarks)
{
    /// <summary>The configuration itself is six deep.</summary>
    private const int DepthMax = 32;

    /// <summary>
    /// What aliases may add to the nodes that are written: a list of networks at each of five thousand streams. A file of 1 MB can write half a
    /// million nodes itself, and would stand for billions by aliases.
    /// </summary>
    private const long AliasedNodesMax = 100_000;

    /// <summary>Sections and lists that are not closed yet, the root at the bottom.</summary>
    private readonly Stack<Open> _open = new();

    /// <summary>What each anchor stands for; null while what it marks is not closed.</summary>
    private readonly Dictionary<string, ConfigNode?> _anchors = new(StringComparer.Ordinal);

    private ConfigNode? _root;
    private ConfigPlace _rootPlace;
    private long _aliasedNodes;

    public static ConfigPlace PlaceOf(in Mark mark) => new(null, (int)mark.Line, (int)mark.Column);

    /// <summary>False when there is no use in going on; why has been said then.</summary>
    public bool Take(ParsingEvent next)
    {
        ConfigPlace place = PlaceOf(next.Start);
        switch (next)
        {
            case DocumentStart when _root is not null:
                return Fail(place, "the file holds a second document (---): only one is read");
            case NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } }:
                // It may be the beginning of a password, so it is not shown; nor is the name of an alias.
                remarks.Error(place, "a tag (!...) is not read: leave it out; a text that begins with ! stands in quotation marks");
                break;
        }

        switch (next)
        {
            case Scalar scalar:
                return Add(new ConfigScalar(place, scalar.Value, scalar.Style == ScalarStyle.Plain), scalar.Anchor);
            case AnchorAlias alias:
                return AddAlias(place, alias.Value.Value);
            case MappingStart or SequenceStart when _open.Count == DepthMax:
                return Fail(place, $"sections and lists are nested deeper than {DepthMax}: the configuration needs six");
            case MappingStart mapping:
                return Begin(new Open(place, [], null) { IsInBraces = mapping.Style == MappingStyle.Flow }, mapping.Anchor);
            case SequenceStart sequence:
                return Begin(new Open(place, null, []), sequence.Anchor);
            case MappingEnd or SequenceEnd:
                return Close();
            default:
                return true;
        }
    }

    /// <summary>The root, when all events have been taken.</summary>
    public ConfigMap? Finish()
    {
        if (_root is ConfigMap map)
        {
            return map;
        }

        remarks.Error(_rootPlace, _root is null or ConfigScalar { IsNull: true }
            ? "the file holds nothing but comments: is somebody writing it just now?"
            : $"the file is {_root.Kind} and not a section (keys with values) like \"streams:\"");
        return null;
    }

    private bool Fail(ConfigPlace place, string text)
    {
        remarks.Error(place, text);
        return false;
    }

    private bool Begin(Open open, AnchorName anchor)
    {
        if (!anchor.IsEmpty)
        {
            open.Anchor = anchor.Value;
            _anchors[anchor.Value] = null;
        }

        if (_open.TryPeek(out Open? parent) && parent.Entries is not null && parent.Key is null)
        {
            return Fail(open.Place, "a key is a text, not a section or a list");
        }

        _open.Push(open);
        return true;
    }

    private bool Close()
    {
        Open done = _open.Pop();
        ConfigNode node = done.Entries is null ? new ConfigList(done.Place, done.Items!) : new ConfigMap(done.Place, done.Entries);
        if (done.Anchor is not null)
        {
            _anchors[done.Anchor] = node;
        }

        return Put(node);
    }

    private bool Add(ConfigScalar scalar, AnchorName anchor)
    {
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = scalar;
        }

        return Put(scalar);
    }

    private bool AddAlias(ConfigPlace place, string name)
    {
        if (!_anchors.TryGetValue(name, out ConfigNode? node))
        {
            return Fail(place, "this alias (*...) has no anchor before it; a text that begins with * stands in quotation marks");
        }

        if (node is null)
        {
            return Fail(place, "this alias (*...) stands within what it stands for");
        }

        _aliasedNodes += node.Weight;
        return _aliasedNodes > AliasedNodesMax
            ? Fail(
                place,
                string.Create(
                    CultureInfo.InvariantCulture, $"the aliases of the file stand for more than {AliasedNodesMax} values: write what is meant"))
            : Put(node);
    }

    /// <summary>A finished node goes where the innermost open one waits for it.</summary>
    private bool Put(ConfigNode node)
    {
        if (!_open.TryPeek(out Open? parent))
        {
            _root = node;
            _rootPlace = node.Place;
            return true;
        }

        if (parent.Items is not null)
        {
            parent.Items.Add(node);
            return true;
        }

        if (parent.Key is null)
        {
            return node is ConfigScalar key ? TakeKey(parent, key) : Fail(node.Place, "a key is a text, not a section or a list");
        }

        bool isMissing = node is ConfigScalar { IsMissing: true };
        if (parent is { IsInBraces: true, IsBehindPlain: true } && isMissing)
        {
            return Fail(parent.KeyPlace, "no value stands here behind a key; a value that holds a comma itself stands in quotation marks");
        }

        ConfigEntry entry = new(parent.Key, parent.KeyPlace, node, parent.IsInBraces && (isMissing || parent.IsBehindPlain));
        parent.Key = null;
        parent.IsBehindPlain = node is ConfigScalar { IsPlain: true };
        if (entry.Key == "<<")
        {
            remarks.Error(entry.Place, "merge keys (<<) are not read: what all streams have in common stands under \"defaults\"");
        }
        else if (!parent.Names!.TryAdd(entry.Key, entry.Place))
        {
            string key = entry.MayBeCut ? "this key" : $"\"{Printable.Line(entry.Key)}\"";
            remarks.Error(entry.Place, $"{key} stands here a second time; the first one is in line {parent.Names[entry.Key].Line}");
        }
        else
        {
            parent.Entries!.Add(entry);
        }

        return true;
    }

    private static bool TakeKey(Open parent, ConfigScalar key)
    {
        parent.Key = key.Written;
        parent.KeyPlace = key.Place;
        return true;
    }

    /// <summary>A section or a list whose end has not come yet: one of the two is there.</summary>
    private sealed class Open(ConfigPlace place, List<ConfigEntry>? entries, List<ConfigNode>? items)
    {
        public ConfigPlace Place { get; } = place;

        public List<ConfigEntry>? Entries { get; } = entries;

        public List<ConfigNode>? Items { get; } = items;

        /// <summary>The keys of a section, so that a second one is found.</summary>
        public Dictionary<string, ConfigPlace>? Names { get; } = entries is null ? null : new(StringComparer.Ordinal);

        public string? Anchor { get; set; }

        /// <summary>A section in braces, where a comma ends a value.</summary>
        public bool IsInBraces { get; init; }

        /// <summary>The value that came last in it stood without quotation marks: what comes next may be its rest.</summary>
        public bool IsBehindPlain { get; set; }

        /// <summary>The key whose value comes next; null: a key comes next.</summary>
        public string? Key { get; set; }

        /// <summary>Of <see cref="Key"/>; it means nothing while that is null.</summary>
        public ConfigPlace KeyPlace { get; set; }
    }
}
