using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastRtspProxy.Protocol.Sdp;

/// <summary>
/// Puts a multicast group into a description that <see cref="SdpRewriter"/> made: in <c>c=</c> of each section (RFC 4566 section 5.7), its ports in
/// <c>m=</c>, and who sends to it in a source filter (RFC 4570), without which a receiver of a source-specific group (RFC 4607) joins nothing.
/// </summary>
public static class SdpMulticast
{
    private const string LineEnd = "\r\n";

    /// <param name="description">Lines that end with CR LF; each media section has a connection line.</param>
    /// <param name="group">A multicast address.</param>
    /// <param name="ttl">How far it travels; said for IPv4 only.</param>
    /// <param name="source">Who sends; of the group's family.</param>
    /// <param name="ports">The RTP port of each media section.</param>
    public static byte[] Of(byte[] description, IPAddress group, int ttl, IPAddress source, IReadOnlyList<int> ports)
    {
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(ports);
        bool isIPv6 = group.AddressFamily == AddressFamily.InterNetworkV6;
        string family = isIPv6 ? "IP6" : "IP4";
        StringBuilder text = new(description.Length + 128);
        int section = -1;
        foreach (string line in Encoding.Latin1.GetString(description).Split(LineEnd, StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("m=", StringComparison.Ordinal) && ++section < ports.Count)
            {
                if (section == 0)
                {
                    text.Append(CultureInfo.InvariantCulture, $"a=source-filter: incl IN {family} {group} {source}").Append(LineEnd);
                }

                string[] words = line.Split(' ', 3);
                text.Append(CultureInfo.InvariantCulture, $"{words[0]} {ports[section]} {words[^1]}").Append(LineEnd);
            }
            else if (line.StartsWith("c=", StringComparison.Ordinal))
            {
                string hops = isIPv6 ? "" : string.Create(CultureInfo.InvariantCulture, $"/{ttl}");
                text.Append(CultureInfo.InvariantCulture, $"c=IN {family} {group}{hops}").Append(LineEnd);
            }
            else
            {
                text.Append(line).Append(LineEnd);
            }
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }
}
