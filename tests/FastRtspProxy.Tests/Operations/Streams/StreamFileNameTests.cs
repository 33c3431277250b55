using System.Text;
using FastRtspProxy.Operations.Streams;

namespace FastRtspProxy.Tests.Operations.Streams;

public sealed class StreamFileNameTests
{
    [Theory]
    [InlineData("gate", "gate.json")]
    [InlineData("gate/1", "gate%2f1.json")]
    [InlineData("Gate", "%47ate.json")]
    [InlineData("gate%2F1", "gate%252%461.json")]
    [InlineData("..", "%2e..json")]
    [InlineData(".hidden", "%2ehidden.json")]
    [InlineData("a.json", "a.json.json")]
    [InlineData("lobby-*", "lobby-%2a.json")]
    [InlineData("tür", "t%c3%bcr.json")]
    public void Of_Name_IsOneOfAFile(string stream, string expected) => Assert.Equal(expected, StreamFileName.Of(stream));

    [Fact]
    public void Of_AnyNames_StayInTheFolderFitAndStandApart()
    {
        string[] pieces = ["a", "A", "b", "%41", "/", "..", "\\", "ü", "Ü", "\u212A", "k", "K", "~", ".", "%", "🎥"];
        string[] streams =
        [
            .. from one in pieces from other in pieces from third in pieces select one + other + third,
            .. Enumerable.Range(150, 60).Select(static length => new string('x', length)),
            .. Enumerable.Range(60, 80).Select(static length => new string('Ü', length)),
        ];

        string[] files = [.. streams.Distinct(StringComparer.Ordinal).Select(StreamFileName.Of)];

        Assert.Equal(files.Length, files.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(files, static file => Assert.True(Encoding.UTF8.GetByteCount(file) <= 255 && file == Path.GetFileName(file) && file[0] != '.', file));
        Assert.All(files, static file => Assert.DoesNotContain(file, static c => c is '/' or '\\' or > '~' or < ' '));
    }
}
