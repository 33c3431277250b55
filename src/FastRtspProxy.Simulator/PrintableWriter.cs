using System.Text;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Simulator;

/// <summary>
/// Passes text on as <see cref="Printable"/> shows it: what is written holds URLs, and words of servers. Whole strings, not pieces of them.
/// </summary>
internal sealed class PrintableWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(value);

    public override void Write(string? value) => inner.Write(Shown(value));

    public override void WriteLine() => inner.WriteLine();

    public override void WriteLine(string? value) => inner.WriteLine(Shown(value));

    public override Task WriteAsync(string? value) => inner.WriteAsync(Shown(value));

    public override Task WriteLineAsync(string? value) => inner.WriteLineAsync(Shown(value));

    public override void Flush() => inner.Flush();

    private static string? Shown(string? text) => text is null ? null : Printable.Lines(text);
}
