using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Captures.Privacy;

/// <summary>
/// What stands for what in one capture: the same original always gets the same fake, numbered by its first appearance, so that two captures of one
/// dialogue can be compared. Nothing of an original is in its fake but, for ids, its shape. Bounded: a peer that invents ever new names gets the last
/// fake for all the rest. One thread.
/// </summary>
internal sealed class Fakes
{
    /// <summary>Originals that are remembered; as many again are counted, and share one fake for each kind.</summary>
    private const int OriginalsMax = 20_000;

    /// <summary>Longer ones are cut: an id of a camera has 8 to 64 characters.</summary>
    private const int ShapeCharsMax = 512;

    /// <summary>Texts of so many characters are looked for everywhere once they are known.</summary>
    private const int KnownCharsMin = 4;

    private const int KnownMax = 64;

    private readonly Dictionary<(FakeKind Kind, string Original), string> _fakes = [];
    private readonly Dictionary<uint, uint> _sources = [];
    private readonly Dictionary<string, string> _passwords = new(StringComparer.Ordinal);
    private readonly int[] _counts = new int[Enum.GetValues<FakeKind>().Length];
    private readonly List<KeyValuePair<string, string>> _known = [];

    /// <summary>Whole texts that are replaced wherever they stand, longest first: names of machines and users, passwords.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Known => _known;

    /// <summary>How many different ones of that kind were replaced.</summary>
    public int Count(FakeKind kind) => _counts[(int)kind];

    /// <summary>An address or a name of a machine.</summary>
    public string Host(string host)
    {
        string bare = host.TrimStart('[').TrimEnd(']');
        int zone = bare.IndexOf('%', StringComparison.Ordinal);
        bare = zone > 0 ? bare[..zone] : bare;
        if (bare.Length > 0 && (char.IsAsciiDigit(bare[0]) || bare.Contains(':', StringComparison.Ordinal))
            && IPAddress.TryParse(bare, out IPAddress? address))
        {
            string fake = Address(address);
            return host.StartsWith('[') ? $"[{fake}]" : fake;
        }

        string name = bare.ToLowerInvariant();
        return name.Length == 0 || IsOwn(name, "host", ".invalid")
            ? host
            : Remember(FakeKind.Host, name, static n => $"host{n}.invalid", isKnown: true);
    }

    /// <summary>An address: of the ranges for documentation (RFC 5737, 3849, 6676), so that nobody has it.</summary>
    public string Address(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        bool isV4 = address.AddressFamily == AddressFamily.InterNetwork;
        bool isNone = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Broadcast);
        if (isNone)
        {
            return address.ToString();
        }

        bool isGroup = isV4 ? (address.GetAddressBytes()[0] & 0xF0) == 0xE0 : address.IsIPv6Multicast;
        string key = new IPAddress(address.GetAddressBytes()).ToString();
        return Remember(FakeKind.Address, key, n => (isV4, isGroup) switch
        {
            (true, true) => $"233.252.0.{Math.Min(n, 255)}",
            (true, false) => n < 255 ? $"192.0.2.{n}" : $"198.51.100.{Math.Min(n - 254, 255)}",
            (false, true) => string.Create(CultureInfo.InvariantCulture, $"ff0e::db8:0:{Math.Min(n, 0xFFFF):x}"),
            (false, false) => string.Create(CultureInfo.InvariantCulture, $"2001:db8::{Math.Min(n, 0xFFFF):x}"),
        });
    }

    public string User(string user) => user.Length == 0 ? user : Remember(FakeKind.User, user, static n => $"user{n}", isKnown: true);

    /// <summary>The password that stands for a user's own: by the name, because the dialogue need not show the password itself.</summary>
    public string PasswordOf(string user)
    {
        string fake = User(user).Replace("user", "password", StringComparison.Ordinal);
        _passwords[User(user)] = fake;
        return fake;
    }

    /// <summary>A password that is known.</summary>
    public void LearnPassword(string user, string password)
    {
        if (password.Length > 0)
        {
            _ = Remember(FakeKind.Password, password, _ => PasswordOf(user), isKnown: true);
        }
    }

    /// <summary>Fake users with their fake passwords, by which the digests are right.</summary>
    public IReadOnlyDictionary<string, string> LogIns => _passwords;

    public string Realm(string realm) => realm.Length == 0 ? realm : Remember(FakeKind.Realm, realm, static n => $"realm{n}");

    /// <summary>An id or a random value, in its shape.</summary>
    public string Shaped(FakeKind kind, string original)
    {
        string cut = original.Length > ShapeCharsMax ? original[..ShapeCharsMax] : original;
        return cut.Length == 0 ? cut : Remember(kind, cut, n => FakeShape.Of(cut, ((ulong)kind << 32) + (ulong)n));
    }

    /// <summary>A word.</summary>
    public string Word(string word) => Remember(FakeKind.Word, word, static n => string.Create(CultureInfo.InvariantCulture, $"w{n}"));

    /// <summary>A source of RTP; 0 stays, because some cameras mean nothing by it.</summary>
    public uint Source(uint ssrc)
    {
        if (ssrc == 0)
        {
            return 0;
        }

        if (!_sources.TryGetValue(ssrc, out uint fake))
        {
            _counts[(int)FakeKind.Source]++;
            fake = 0x5EED_0000u + (uint)Math.Min(_counts[(int)FakeKind.Source], ushort.MaxValue);
            if (_sources.Count < OriginalsMax)
            {
                _sources.Add(ssrc, fake);
            }
        }

        return fake;
    }

    private static bool IsOwn(string text, string prefix, string suffix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) && text.EndsWith(suffix, StringComparison.Ordinal)
        && text.Length > prefix.Length + suffix.Length && text.Length < prefix.Length + suffix.Length + 6
        && !text.AsSpan(prefix.Length, text.Length - prefix.Length - suffix.Length).ContainsAnyExceptInRange('0', '9');

    private string Remember(FakeKind kind, string original, Func<int, string> make, bool isKnown = false)
    {
        if (_fakes.TryGetValue((kind, original), out string? fake))
        {
            return fake;
        }

        bool isKept = _fakes.Count < OriginalsMax;
        _counts[(int)kind] += isKept ? 1 : 0;
        fake = make(_counts[(int)kind]);
        if (isKept)
        {
            _fakes.Add((kind, original), fake);
        }

        if (isKnown && _known.Count < KnownMax && !IsOwn(original, "host", ".invalid") && original != fake)
        {
            Know(original, fake);
            Know(Uri.EscapeDataString(original), fake);
            Know(System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(original)), fake);
        }

        return fake;
    }

    private void Know(string text, string fake)
    {
        if (text.Length >= KnownCharsMin && !_known.Exists(known => known.Key == text))
        {
            _known.Add(new(text, fake));
            _known.Sort(static (one, other) => other.Key.Length - one.Key.Length);
        }
    }
}
