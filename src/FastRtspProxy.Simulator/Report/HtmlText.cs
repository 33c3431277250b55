namespace FastRtspProxy.Simulator.Report;

/// <summary>Text for a page: what a server said (its reason phrases end up among the errors) must stay text.</summary>
internal static class HtmlText
{
    public static string Escape(string text) => System.Net.WebUtility.HtmlEncode(text);
}
