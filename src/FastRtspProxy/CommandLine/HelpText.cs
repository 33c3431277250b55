using System.Text;

namespace FastRtspProxy.CommandLine;

/// <summary>What <c>--help</c>, <c>--version</c> and a refusal print.</summary>
internal static class HelpText
{
    private const int TextColumn = 34;
    private const int WidthColumns = 110;

    private static readonly (string Head, string Text)[] ShortRows =
    [
        ("-v", "say what happens to streams and viewers"),
        ("-V", "as -v, and every RTSP message from and to the cameras (passwords masked)"),
        ("-t", "get the media over the RTSP connection (TCP) from the cameras"),
        ("-T PORT", "reach the cameras by RTSP over HTTP, on that port"),
        ("-p PORT", "listen for viewers on this port (554; then 8554)"),
        (
            "-u USER PASSWORD",
            "credentials for the cameras given here; those in a URL win; here and below, @/ABSOLUTE/FILE in place of a password names a file "
                + "that holds it (@@/... is a password that begins with @/)"),
        ("-R", "accept REGISTER and DEREGISTER requests"),
        ("-U USER PASSWORD", "demand these for REGISTER and DEREGISTER; repeat it for more users"),
        ("-D SECONDS", "a camera that sends nothing for so long is lost and tried again (10; 0: never)"),
        ("-e PREFIX", "name the streams PREFIX, or PREFIX-1, PREFIX-2, ... (proxyStream); at most 50 characters"),
        ("-C USER PASSWORD", "viewers must log in (Digest)"),
    ];

    private static readonly (string Head, string Text)[] LastRows =
    [
        ("--help", "print this and end"),
        ("--version", "print the version and end; with -v, those of .NET and OpenSSL as well, and whether OpenSSL is linked in or the machine's"),
    ];

    /// <summary>LIVE555's options: name with its values' names, and what it does, its default in brackets.</summary>
    public static IReadOnlyList<(string Head, string Text)> OptionsOfLive555 => ShortRows;

    /// <summary>Those that print and end.</summary>
    public static IReadOnlyList<(string Head, string Text)> OptionsThatPrint => LastRows;

    /// <summary>The line that LIVE555 prints, with our own options named at its end.</summary>
    public static string Usage(string programName)
    {
        return $"Usage: {programName} [-v|-V] [-t|-T <http-port>] [-p <rtspServer-port>] [-u <username> <password>]"
            + " [-R] [-U <username-for-REGISTER> <password-for-REGISTER>] [-D <seconds>] [-e <prefix>] [-C <username> <password>]"
            + $" [--option ...] <rtsp-url-1> ... <rtsp-url-n>\n({programName} --help explains them all.)\n";
    }

    public static string Version() => $"fastrtspproxy {ProgramVersion.Text}\n";

    public static string Help()
    {
        var text = new StringBuilder(8192);
        text.Append("fastrtspproxy ").Append(ProgramVersion.Text).Append(": reads each RTSP stream once and serves it to many viewers.\n\n");
        text.Append("Usage: fastrtspproxy [options] <rtsp-url-1> ... <rtsp-url-n>\n\n");
        text.Append("Options stand before the URLs. One URL is served as /proxyStream, several as /proxyStream-1, /proxyStream-2, ...\n\n");
        text.Append("As in the LIVE555 Proxy Server:\n");
        foreach ((string head, string row) in ShortRows)
        {
            AppendRow(text, head, row);
        }

        text.Append("\nOur own (--name value or --name=value):\n");
        foreach (OptionRow row in LongOptions.Rows)
        {
            AppendRow(text, row.Head, row.Default is null ? row.Text : $"{row.Text} ({row.Default})");
        }

        foreach ((string head, string row) in LastRows)
        {
            AppendRow(text, head, row);
        }

        text.Append("\nA DURATION is 10 or 10s, 500ms, 2m, 1h; a SIZE is 512K, 64M, 2G. SIGINT and SIGTERM end the program with status 0 after\n");
        text.Append("telling viewers and cameras; wrong arguments and a start that fails end it with 1.\n");
        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, string head, string row)
    {
        text.Append("  ").Append(head);
        int column = 2 + head.Length;
        if (column >= TextColumn)
        {
            text.Append('\n');
            column = 0;
        }

        text.Append(' ', TextColumn - column);
        column = TextColumn;
        foreach (string word in row.Split(' '))
        {
            if (column > TextColumn && column + 1 + word.Length > WidthColumns)
            {
                text.Append('\n').Append(' ', TextColumn);
                column = TextColumn;
            }

            if (column > TextColumn)
            {
                text.Append(' ');
                column++;
            }

            text.Append(word);
            column += word.Length;
        }

        text.Append('\n');
    }
}
