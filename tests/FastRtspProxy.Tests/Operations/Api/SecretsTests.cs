using CsCheck;
using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Tests.Operations.Api;

/// <summary>Passwords go in, and never come out: in no answer and no log line, whatever the request was and whatever came of it.</summary>
public sealed class SecretsTests
{
    /// <summary>A word that stands nowhere else; with what URLs and JSON write otherwise.</summary>
    private static readonly string[] s_secrets = ["geheim", "ge%68eim", "geheim%40x", "ge/heim", "geheim:x", "a,geheim", "geheim#1", "geheim?b=1"];

    private static readonly string[] s_users = ["u", "u%40x", "", "admin"];

    private static readonly string[] s_hosts = ["c.example", "10.0.0.1:8554", "[2001:db8::1]", "C.EXAMPLE.", "", "c.example:99999", "c example"];

    private static readonly string[] s_tails =
    [
        "/a", "", "/a?user=u&password=SECRET", "/user=a_password=ENCODED_channel=1.sdp", "/a?x=1&token=SECRET&y=2", "/a?src=rtsp://u:SECRET@d/b",
        "/a?src=rtsp%3A%2F%2Fu%3ASECRET%40d", "/${1}?pwd=SECRET",
    ];

    private static readonly string[] s_forms =
    [
        "{'source':'rtsp://USER:SECRET@HOSTTAIL'}",
        "{'source':'rtsps://USER:SECRET@HOSTTAIL','hold':'5x'}",
        "{'source':'http://USER:SECRET@HOSTTAIL'}",
        "{'source':'rtsp:/USER:SECRET@HOSTTAIL'}",
        "{'sources':['rtsp://USER:SECRET@HOSTTAIL','rtsp://HOST/b']}",
        "{'sources':['rtsp://HOST/b','rtsp://USER:SECRET@HOSTTAIL','rtsp://v:SECRET2@HOSTTAIL']}",
        "{'source':'rtsp://HOSTTAIL','username':'u','password':'SECRET'}",
        "{'source':'rtsp://HOSTTAIL','password':'SECRET'}",
        "{'source':'rtsp://HOSTTAIL','username':'u','password':['SECRET']}",
        "{'source':'rtsp://HOSTTAIL','username':'u','password':{'is':'SECRET'}}",
        "{'source':'rtsp://HOSTTAIL','username':'u','passwrd':'SECRET'}",
        "{'source':'rtsp://HOSTTAIL','username':'u','passwordSet':'SECRET'}",
        "{'source':'rtsp://HOSTTAIL','username':'u','password':'SECRET\\n'}",
        "{'source':'rtsp://HOSTTAIL','username':'u','password':'SECRET','allow':{'roles':['nobody']}}",
        "{'source':'rtsp://HOSTTAIL','username':'u','password':'SECRET','password':'SECRET'}",
        "{'source':'rtsp://HOSTTAIL','username':'u','password':'SECRET'",
        "{'source':'rtsp://HOSTTAIL','username':'u','password':SECRET}",
        "{'password':'SECRET'}",
        "{'username':'u','password':'SECRET'}",
        "{'source':{'url':'rtsp://u:SECRET@HOST'}}",
        "{'tls':'SECRET','source':'rtsp://HOST'}",
    ];

    private static readonly Gen<(string Method, string Stream, string Body, string Query)> s_request = Gen.Select(
        OneOf("PUT", "PATCH", "PUT", "DELETE"),
        OneOf("s", "w-*", "file"),
        Gen.Select(OneOf(s_forms), OneOf(s_secrets), OneOf(s_users), OneOf(s_hosts), OneOf(s_tails), static (form, secret, user, host, tail) => form
            .Replace("TAIL", tail, StringComparison.Ordinal).Replace("HOST", host, StringComparison.Ordinal).Replace("USER", user, StringComparison.Ordinal)
            .Replace("SECRET", secret, StringComparison.Ordinal)
            .Replace("ENCODED", Uri.EscapeDataString(secret), StringComparison.Ordinal)), // in a path a slash ends it
        OneOf("", "?dryRun", "?persist=false"),
        static (method, stream, body, query) => (method, stream, body, query));

    [Fact]
    public async Task Ask_AnyRequestsWithPasswordsInAnyPlace_NoAnswerAndNoLineHasOne()
    {
        int taken = 0;
        await s_request.Array[1, 6].SampleAsync(
            async requests =>
            {
                await using ApiBench bench = new(
                    "defaults: {username: u, password: geheim}\nstreams: {file: {source: 'rtsp://u:geheim@192.0.2.9/a?pwd=geheim'}}",
                    folder: Random.Shared.Next(4) == 0 ? "" : null);
                foreach ((string method, string stream, string body, string query) in requests)
                {
                    await bench.AskAsync(method, $"/streams/{stream}{query}", method == "DELETE" ? null : body);
                    foreach (string name in bench.Proxy.Streams.Keys.ToArray())
                    {
                        string url = bench.Proxy.Streams[name].Source;
                        bench.Proxy.Streams[name] = bench.Proxy.Streams[name] with
                        {
                            LastError = new StreamFailure(bench.Time.GetUtcNow(), "refused", $"The camera at {url} (rtsp://u:geheim@h/) refused."),
                            Way = "TCP",
                            WayReason = "UDP: SETUP was answered 461 rtsp://admin:geheim@10.0.0.5/1?token=geheim",
                        };
                    }

                    await bench.AskAsync("GET", "/streams");
                    await bench.AskAsync("GET", "/config");
                    await bench.AskAsync("POST", "/reload");
                }

                Assert.All(bench.Answers, static one => Assert.DoesNotContain("heim", Plain(one.Answer.Text), StringComparison.OrdinalIgnoreCase));
                Assert.All(bench.Log.Texts, static line => Assert.DoesNotContain("heim", Plain(line), StringComparison.OrdinalIgnoreCase));
                Interlocked.Add(ref taken, bench.Answers.Count(static one => one.Answer.Status is 200 or 201 && one.Route.Method is "PUT" or "PATCH"));
            },
            iter: 1000);

        Assert.True(taken > 20, $"{taken}");
    }

    /// <summary>Whatever is changed, a camera of another place than that of the last password never has it.</summary>
    [Fact]
    public async Task Ask_AnyChangesWithoutAPassword_NoOtherPlaceIsSentIt()
    {
        string[] hosts = ["c", "C.", "c:554", "d", "c:555", "10.0.0.1", "[::ffff:10.0.0.1]", "c@d", "d?@c", "d/@c"];
        Gen<string> hostsGen = OneOf(hosts);
        Gen<string> change = Gen.Select(hostsGen, hostsGen, Gen.Int[0, 6], static (host, other, kind) => kind switch
        {
            0 => $"{{'source':'rtsp://{host}/x'}}",
            1 => $"{{'source':'rtsps://{host}/x'}}",
            2 => $"{{'source':null,'sources':['rtsp://{host}/x','rtsp://{other}/y']}}",
            3 => $"{{'sources':null,'source':'rtsp://{host}/x'}}",
            4 => "{'transport':'http','tunnelPort':99}",
            5 => "{'transport':null,'tunnelPort':null}",
            _ => "{'hold':'5s'}",
        });
        await Gen.Select(change.Array[1, 8], Gen.Bool).SampleAsync(
            async (changes, isReplaced) =>
            {
                await using ApiBench bench = new(folder: null);
                await bench.MustAsync(201, "PUT", "/streams/s", "{'source':'rtsp://c/a?token=geheim','username':'u','password':'geheim'}");
                foreach (string one in changes)
                {
                    await bench.AskAsync(isReplaced && !one.Contains("null", StringComparison.Ordinal) ? "PUT" : "PATCH", "/streams/s", one);
                    var stream = bench.Reloader.Running.Streams[^1];
                    bool isKept = stream.Password is not null || stream.Sources.Any(static one => one.Password is not null || one.Url.Contains("geheim", StringComparison.Ordinal));
                    bool isHome = stream.Sources.All(static one =>
                        one.Url.StartsWith("rtsp://c/", StringComparison.Ordinal) || one.Url.StartsWith("rtsp://C./", StringComparison.Ordinal)
                        || one.Url.StartsWith("rtsp://c:554/", StringComparison.Ordinal)) && stream.Transport.ToString() != "Http";
                    Assert.True(!isKept || isHome, $"{stream.Sources} {stream.Transport}");
                }
            },
            iter: 1500);
    }

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    /// <summary>Without the ways to write a letter otherwise.</summary>
    private static string Plain(string text) => Uri.UnescapeDataString(text).Replace("\\u0068", "h", StringComparison.Ordinal);
}
