using System.Globalization;

namespace FastRtspProxy.EndToEndTests.RawClient;

/// <summary>An RTSP answer as a test wants to see it.</summary>
public sealed record RtspReply(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    public string? Header(string name) =>
        Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).FirstOrDefault();

    public static RtspReply Parse(string head, string body)
    {
        string[] lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        List<KeyValuePair<string, string>> headers = [];
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':');
            headers.Add(new(line[..colon].Trim(), line[(colon + 1)..].Trim()));
        }

        return new RtspReply(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, body);
    }
}
