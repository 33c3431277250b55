using System.Text;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>
/// A secret that stands in a file of its own: its text without the line end that editors and <c>echo</c> put behind it, and without the mark of UTF-8
/// that editors of Windows put before it.
/// </summary>
/// <param name="Text">Empty where there is an error.</param>
/// <param name="IsOpenToOthers">As of the file.</param>
/// <param name="Error">A sentence with the file's name and without a word of its content; null: it was read.</param>
internal sealed record SecretFile(string Text, bool IsOpenToOthers, string? Error)
{
    /// <summary>A password or a token; a private key would do too.</summary>
    private const int BytesMax = 64 << 10;

    public static SecretFile Read(IConfigFiles files, string path)
    {
        FileContent content = files.Read(path, BytesMax);
        if (content.Error is not null)
        {
            return new SecretFile("", false, $"\"{Printable.Line(path)}\" {content.Error}");
        }

        if (content.Bytes.Length > BytesMax)
        {
            return new SecretFile("", false, $"\"{Printable.Line(path)}\" is too large for a secret: 64K at most");
        }

        try
        {
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content.Bytes);
            text = text.StartsWith('\uFEFF') ? text[1..] : text;
            text = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
            return text.Contains('\0', StringComparison.Ordinal)
                ? new SecretFile("", false, $"\"{Printable.Line(path)}\" is not a text")
                : new SecretFile(text, content.IsOpenToOthers, null);
        }
        catch (DecoderFallbackException)
        {
            return new SecretFile("", false, $"\"{Printable.Line(path)}\" is not a text in UTF-8");
        }
    }
}
