using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Page;
using FastRtspProxy.Tests.Operations.Http;

namespace FastRtspProxy.Tests.Operations.Page;

public sealed partial class PageRoutesTests
{
    /// <summary>What npm has under these names: uplot 1.6.32 and jmuxer 2.1.1, each with its licence. Who changes a version changes these.</summary>
    [Theory]
    [InlineData("vendor/uPlot.iife.min.js", "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f")]
    [InlineData("vendor/uPlot.min.css", "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04")]
    [InlineData("vendor/uPlot.LICENSE", "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd")]
    [InlineData("vendor/jmuxer.min.js", "70b1c4d0204ff925130e0144d91a165424b211c27fa339aa57db2e45091acfea")]
    [InlineData("vendor/jmuxer.LICENSE", "5b1eb9ebc7d01ba57c1acdd83171bceea7b4929de5de06eb1be44eb6bc5980f0")]
    public void Vendored_IsWhatItsPackageHas(string path, string hash) =>
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(PageFile.All.Single(file => file.Path == path).Plain)));

    [Fact]
    public void Vendored_IsNothingElse() => Assert.Equal(5, PageFile.All.Count(static file => file.Path.StartsWith("vendor/", StringComparison.Ordinal)));

    /// <summary>The whole page is smaller than a picture.</summary>
    [Fact]
    public void All_PackedTogether_AreSmall()
    {
        Assert.InRange(PageFile.All.Sum(static file => file.Packed.Length), 1, 75_000);
        Assert.All(PageFile.All, static file => Assert.Equal(file.Plain, Unpacked(file.Packed)));
    }

    /// <summary>The policy allows none of it, and no data may become markup.</summary>
    [Fact]
    public void Own_HasNoScriptOrStyleInLineAndParsesNoMarkup()
    {
        foreach (PageFile file in PageFile.All.Where(static file => !file.Path.StartsWith("vendor/", StringComparison.Ordinal)))
        {
            string text = System.Text.Encoding.UTF8.GetString(file.Plain);
            Assert.False(Inline().IsMatch(text), $"{file.Path}: {Inline().Match(text).Value}");
            Assert.False(file.Path.EndsWith(".js", StringComparison.Ordinal) && Markup().IsMatch(text), $"{file.Path}: {Markup().Match(text).Value}");
            Assert.False(Foreign().IsMatch(text), $"{file.Path}: {Foreign().Match(text).Value}");
        }
    }

    /// <summary>What is named is there: a page that works offline misses nothing.</summary>
    [Fact]
    public void Own_NamesOnlyFilesThatAreThere()
    {
        string[] paths = [.. PageFile.All.Select(static file => file.Path)];
        foreach (PageFile file in PageFile.All.Where(static file => !file.Path.StartsWith("vendor/", StringComparison.Ordinal)))
        {
            Assert.All(Named().Matches(System.Text.Encoding.UTF8.GetString(file.Plain)), match => Assert.Contains(match.Groups[1].Value, paths));
        }
    }

    [Fact]
    public async Task Index_ForWhoeverAsks_IsPackedTaggedAndGuarded()
    {
        await using HttpBench bench = await HttpBench.StartAsync(null, null, [.. PageRoutes.All()]);

        (int status, string body, HttpResponseMessage response) = await bench.AskAsync("GET", "/");
        Assert.Equal((200, "text/html"), (status, response.Content.Headers.ContentType!.MediaType));
        Assert.StartsWith("<!doctype html>", body, StringComparison.Ordinal);
        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; media-src blob:; "
            + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
            response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());

        string tag = response.Headers.ETag!.Tag;
        Assert.Equal(304, await bench.StatusAsync("GET", "/", "If-None-Match: " + tag));
        Assert.Equal(200, await bench.StatusAsync("GET", "/", "If-None-Match: \"other\""));
        (_, _, HttpResponseMessage packed) = await bench.AskAsync("GET", "/app.js", null, "Accept-Encoding: gzip");
        Assert.Equal("gzip", packed.Content.Headers.ContentEncoding.Single());
        Assert.Equal(PageFile.All.Single(static file => file.Path == "app.js").Plain, Unpacked(await packed.Content.ReadAsByteArrayAsync()));
        Assert.Equal(404, await bench.StatusAsync("GET", "/vendor/..%2F..%2Fetc%2Fpasswd"));
        Assert.All(PageRoutes.All(), static route => Assert.Equal(("GET", AccessRights.None), (route.Method, route.Right)));
    }

    private static byte[] Unpacked(byte[] packed)
    {
        using GZipStream gzip = new(new MemoryStream(packed), CompressionMode.Decompress);
        using MemoryStream plain = new();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    [GeneratedRegex(@"<script>|<style|\sstyle=|\son\w+=[""']|javascript:|\beval\(|new Function")]
    private static partial Regex Inline();

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment")]
    private static partial Regex Markup();

    [GeneratedRegex(@"https?://(?!www\.w3\.org/)[\w.-]+")]
    private static partial Regex Foreign();

    [GeneratedRegex(@"(?:from '\./|src=""|src: '|href=""(?!#))([\w./-]+)[""']")]
    private static partial Regex Named();
}
