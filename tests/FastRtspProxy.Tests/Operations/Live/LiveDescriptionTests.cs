using System.Text;
using FastRtspProxy.Operations.Live;

namespace FastRtspProxy.Tests.Operations.Live;

/// <summary>The text message of the live picture, as a page reads it (docs/page.md).</summary>
public sealed class LiveDescriptionTests
{
    [Fact]
    public void ToUtf8_PicturesAndSound_AllOfIt()
    {
        LiveDescription description = new(
            "v1",
            new LiveVideo("H264") { Codec = "avc1.640028", Width = 640, Height = 360, Reordered = true },
            new LiveAudio("MPEG4-GENERIC") { Codec = "mp4a.40.2", SampleRate = 48000, Channels = 2, Config = "1190" });

        Assert.Equal(
            """
            {"viewer":"v1","video":{"name":"H264","codec":"avc1.640028","width":640,"height":360,"reordered":true},
            "audio":{"name":"MPEG4-GENERIC","codec":"mp4a.40.2","sampleRate":48000,"channels":2,"config":"1190"}}
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(description.ToUtf8()));
    }

    [Fact]
    public void ToUtf8_WhatIsNotKnown_IsNull()
    {
        Assert.Equal(
            """{"viewer":"v1","video":{"name":"JPEG","codec":null,"width":null,"height":null,"reordered":false},"audio":null}""",
            Encoding.UTF8.GetString(new LiveDescription("v1", new LiveVideo("JPEG"), null).ToUtf8()));
        Assert.Equal(
            """{"viewer":"v1","video":null,"audio":{"name":"L16","codec":null,"sampleRate":null,"channels":null,"config":null}}""",
            Encoding.UTF8.GetString(new LiveDescription("v1", null, new LiveAudio("L16")).ToUtf8()));
    }
}
