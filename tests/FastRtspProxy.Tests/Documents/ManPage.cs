using System.Text;
using FastRtspProxy.CommandLine;

namespace FastRtspProxy.Tests.Documents;

/// <summary>docs/fastrtspproxy.1.</summary>
internal static class ManPage
{
    public static string Made()
    {
        StringBuilder page = Roff.Begin("fastrtspproxy", 1, "User Commands");
        page.Section("NAME").Append("fastrtspproxy \\- read each RTSP stream once and serve it to many viewers\n");
        page.Section("SYNOPSIS").Append(
            ".B fastrtspproxy\n[options] \\fIrtsp\\-url\\fR ...\n.br\n.B fastrtspproxy \\-\\-config \\fIFILE\\fR\n[options] "
                + "[\\fIrtsp\\-url\\fR ...]\n.br\n.B fastrtspproxy \\-\\-config \\fIFILE\\fR \\-\\-check\n");
        page.Section("DESCRIPTION").Text(
            "For each camera one session is held, and what it sends goes to every viewer. Options stand before the URLs. One URL is served as "
                + "/proxyStream, several as /proxyStream-1, /proxyStream-2, and so on.");
        page.Section("OPTIONS OF THE LIVE555 PROXY SERVER");
        foreach ((string head, string meaning) in HelpText.OptionsOfLive555)
        {
            page.Entry(head, meaning);
        }

        page.Section("OTHER OPTIONS").Text("A DURATION is 10 or 10s, 500ms, 2m, 1h; a SIZE is 512K, 64M, 2G.");
        foreach (OptionRow row in LongOptions.Rows)
        {
            page.Entry(row.Head, row.Default is null ? row.Text : $"{row.Text} ({row.Default})");
        }

        foreach ((string head, string meaning) in HelpText.OptionsThatPrint)
        {
            page.Entry(head, meaning);
        }

        page.Section("SIGNALS").Text(
            "SIGINT and SIGTERM end the program after viewers and cameras have been told; a second one ends it at once. SIGHUP ends it too, unless "
                + "there is --config or --certificate. With --config, SIGHUP and a change of the file read the configuration again; one with errors "
                + "changes nothing. With --certificate alone SIGHUP reads the certificates again.");
        page.Section("EXIT STATUS").Text(
            "0 after SIGINT, SIGTERM, or a SIGHUP that is an end, and for a configuration without errors (--check); 1 for wrong arguments, a "
                + "configuration with errors, and a start that fails; 71 when memory is out.");
        page.Section("FILES").Entry(
            "/etc/fastrtspproxy/config.yaml", "what the service of a distribution package reads; fastrtspproxy.yaml(5) has its keys");
        page.Section("EXAMPLES").Text("A built-in camera, and the page that shows it:").Example("fastrtspproxy --demo");
        page.Paragraph("Two cameras, for viewers on port 8554:").Example("fastrtspproxy -p 8554 rtsp://192.0.2.10/main rtsp://192.0.2.11/main");
        return page.SeeAlso("fastrtspproxy.yaml(5)", "rtspsim(1)").ToString();
    }
}
