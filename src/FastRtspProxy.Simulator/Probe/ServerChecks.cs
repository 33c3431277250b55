using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Dialogue;

namespace FastRtspProxy.Simulator.Probe;

/// <summary>
/// Tries what clients may expect of a server, each on a connection of its own, so that one that the server takes badly spoils nothing else.
/// </summary>
internal sealed class ServerChecks(ProbeOptions options)
{
    private readonly List<Finding> _findings = [];
    private CancellationToken _cancel;

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancel)
    {
        string url = options.Url.RequestUri;
        _cancel = cancel;
        await TryAsync(Rules.CSeqComesBack, "the CSeq of a request comes back", async c => await CSeqAsync(c, cancel));
        await TryAsync(Rules.CSeqIsThere, "a request without CSeq gets 400, and the connection lives", async c =>
            await ThenAliveAsync(c, await SendAsync(c, $"OPTIONS {url} RTSP/1.0\r\n\r\n", cancel), static a => a.StatusCode == 400, cancel));
        await TryAsync(Rules.OrderOfAnswers, "two requests in one segment get two answers in order", async c => await PipelinedAsync(c, cancel));
        await TryAsync(Rules.OrderOfAnswers, "a request that comes in pieces gets one answer", async c => await PiecesAsync(c, cancel));
        await TryAsync(Rules.Options, "OPTIONS * gets 200 and Public", async c =>
            Judge(
                await c.RequestAsync(RtspMethod.Options, "*", cancel),
                static a => a.StatusCode == 200 && a.Header("Public") is { } methods && methods.Contains("PLAY", StringComparison.Ordinal)));
        await TryAsync(
            Rules.UnknownMethod,
            "an unknown method gets 501 or 405",
            async c => Judge(await c.RequestAsync("EXPLODE", url, cancel), static a => a.StatusCode is 501 or 405));
        await TryAsync(
            Rules.Version,
            "RTSP/9.9 gets 505",
            async c => Judge(await SendAsync(c, $"OPTIONS {url} RTSP/9.9\r\nCSeq: 7\r\n\r\n", cancel), static a => a.StatusCode == 505));
        await TryAsync(
            Rules.MethodsAreCaseSensitive,
            "methods are case-sensitive",
            async c => Judge(await c.RequestAsync("options", url, cancel), static a => a.StatusCode is 501 or 405 or 400));
        await TryAsync(Rules.HeaderForms, "header names in any case, LF alone, folded lines", async c =>
            Judge(
                await SendAsync(c, $"OPTIONS {url} RTSP/1.0\ncseq: 9\nUSER-AGENT: rtspsim\n and more\n\n", cancel),
                static a => a.StatusCode == 200 && a.CSeq == 9));
        await TryAsync(Rules.Require, "Require: of something unknown gets 551 and Unsupported", async c =>
            Judge(
                await c.RequestAsync(RtspMethod.Describe, url, cancel, new RtspHeader("Require", "org.example.nonsense")),
                static a => a.StatusCode == 551 && a.Header("Unsupported") is not null));
        await TryAsync(Rules.UnsupportedTransport, "SETUP with an unknown transport gets 461, and the connection lives", async c =>
            await ThenAliveAsync(c, await SetUpAsync(c, "RAW/RAW/PIGEON;unicast", cancel), static a => a.StatusCode == 461, cancel));
        await TryAsync(Rules.TransportList, "SETUP with a list of transports gets exactly one", async c =>
            Judge(
                await SetUpAsync(c, "RTP/AVP/PIGEON;unicast,RTP/AVP/TCP;unicast;interleaved=0-1,RTP/AVP;unicast;client_port=40000-40001", cancel),
                static a =>
                a.StatusCode == 461 || (a.StatusCode == 200 && TransportHeader.Parse(a.Header("Transport") ?? "").Count == 1)));
        await TryAsync(Rules.UnknownSession, "an unknown Session gets 454", async c =>
        {
            c.Session = "0123456789ABCDEF";
            return Judge(await c.RequestAsync(RtspMethod.Play, url, cancel), static a => a.StatusCode == 454);
        });
        await TryAsync(
            Rules.Play,
            "PLAY without SETUP gets 455 or 454",
            async c => Judge(await c.RequestAsync(RtspMethod.Play, url, cancel), static a => a.StatusCode is 455 or 454));
        await TryAsync(Rules.Timestamp, "Timestamp comes back", async c =>
            Judge(
                await c.RequestAsync(RtspMethod.Options, url, cancel, new RtspHeader("Timestamp", "17.5")),
                static a => a.Header("Timestamp")?.StartsWith("17.5", StringComparison.Ordinal) == true));
        await TryAsync(Rules.Teardown, "after TEARDOWN the session is gone (454)", async c => await GoneAsync(c, cancel));
        await TryAsync(Rules.Parameters, "GET_PARAMETER without a body gets 200 within a session", async c =>
        {
            RtspMessage answer = await SetUpAsync(c, "RTP/AVP/TCP;unicast;interleaved=0-1", cancel);
            return answer.StatusCode != 200
                ? (null, "SETUP over TCP was answered " + Words(answer))
                : Judge(await c.RequestAsync(RtspMethod.GetParameter, url, cancel), static a => a.StatusCode == 200);
        });
        await TryAsync(Rules.HttpTunnel, "the HTTP tunnel is offered", async c =>
        {
            RtspMessage answer = await SendAsync(
                c,
                $"GET {options.Url.PathAndQuery} HTTP/1.0\r\nx-sessioncookie: rtspsimprobe0123456789\r\nAccept: application/x-rtsp-tunnelled\r\n\r\n",
                cancel);
            return (answer.StatusCode == 200 ? true : null, Words(answer));
        });
        await TryAsync(Rules.RequestsWithoutEnd, "a header of 20 KB is refused, and no harm done", async c =>
            Judge(
                await SendAsync(c, $"OPTIONS {url} RTSP/1.0\r\nCSeq: 1\r\nX-Long: {new string('x', 20_000)}\r\n\r\n", cancel),
                static a => a.StatusCode is >= 400 and < 500));
        return _findings;
    }

    private static (bool?, string) Judge(RtspMessage answer, Func<RtspMessage, bool> expected) =>
        answer.StatusCode == RtspStatus.Unauthorized ? (null, "wants credentials first") : (expected(answer), Words(answer));

    private static string Words(RtspMessage answer) => $"{answer.StatusCode} {answer.Reason}";

    private async Task TryAsync(Rule rule, string what, Func<RtspConnection, Task<(bool?, string)>> check)
    {
        try
        {
            using RtspConnection connection = await RtspConnection.ConnectAsync(options.Url, options.Timeout, options.InsecureTls, _cancel);
            (bool? holds, string detail) = await check(connection);
            _findings.Add(new Finding(rule, what, holds, detail));
        }
        catch (EndOfStreamException)
        {
            _findings.Add(new Finding(rule, what, rule == Rules.RequestsWithoutEnd, "the server closed the connection"));
        }
        catch (SocketException e)
        {
            _findings.Add(new Finding(rule, what, rule == Rules.RequestsWithoutEnd, e.Message));
        }
        catch (Exception e) when (e is TimeoutException or InvalidDataException or IOException) // the last for TLS that comes to no agreement
        {
            _findings.Add(new Finding(rule, what, false, e.Message));
        }
    }

    private static async Task<RtspMessage> SendAsync(RtspConnection connection, string text, CancellationToken cancel)
    {
        await connection.SendAsync(Encoding.ASCII.GetBytes(text), cancel);
        return await connection.ReceiveAsync(cancel);
    }

    private async Task<(bool?, string)> CSeqAsync(RtspConnection connection, CancellationToken cancel)
    {
        RtspMessage answer = await connection.RequestAsync(RtspMethod.Options, options.Url.RequestUri, cancel);
        return (answer.CSeq == connection.LastCSeq, answer.CSeq is null ? "no CSeq" : "yes");
    }

    private async Task<(bool?, string)> ThenAliveAsync(
        RtspConnection connection, RtspMessage answer, Func<RtspMessage, bool> expected, CancellationToken cancel)
    {
        (bool? holds, string words) = Judge(answer, expected);
        try
        {
            await connection.RequestAsync(RtspMethod.Options, options.Url.RequestUri, cancel);
            return (holds, words + ", still open");
        }
        catch (EndOfStreamException)
        {
            return (false, words + ", then closed");
        }
    }

    private async Task<(bool?, string)> PipelinedAsync(RtspConnection connection, CancellationToken cancel)
    {
        string url = options.Url.RequestUri;
        RtspMessage answer = await SendAsync(
            connection, $"OPTIONS {url} RTSP/1.0\r\nCSeq: 21\r\n\r\nOPTIONS {url} RTSP/1.0\r\nCSeq: 22\r\n\r\n", cancel);
        long? first = answer.CSeq;
        answer = await connection.ReceiveAsync(cancel);
        return (first == 21 && answer.CSeq == 22, $"CSeq {first} and {answer.CSeq}");
    }

    private async Task<(bool?, string)> PiecesAsync(RtspConnection connection, CancellationToken cancel)
    {
        byte[] text = Encoding.ASCII.GetBytes($"OPTIONS {options.Url.RequestUri} RTSP/1.0\r\nCSeq: 31\r\n\r\n");
        const int PieceBytes = 8;
        for (int i = 0; i < text.Length; i += PieceBytes)
        {
            await connection.SendAsync(text.AsMemory(i, Math.Min(PieceBytes, text.Length - i)), cancel);
            await Task.Delay(2, cancel);
        }

        RtspMessage answer = await connection.ReceiveAsync(cancel);
        return (answer.CSeq == 31, Words(answer));
    }

    private async Task<RtspMessage> SetUpAsync(RtspConnection connection, string transport, CancellationToken cancel)
    {
        RtspMessage answer = await connection.RequestAsync(
            RtspMethod.Describe, options.Url.RequestUri, cancel, new RtspHeader("Accept", "application/sdp"));
        string control = Load.StreamDescription.Read(
            answer, options.Url.RequestUri, Load.TrackChoice.All, null, out _)?.Tracks[0].Control ?? options.Url.RequestUri;
        answer = await connection.RequestAsync(RtspMethod.Setup, control, cancel, new RtspHeader("Transport", transport));
        if (SessionHeader.TryParse(answer.Header("Session") ?? "", out string session, out _))
        {
            connection.Session = session;
        }

        return answer;
    }

    private async Task<(bool?, string)> GoneAsync(RtspConnection connection, CancellationToken cancel)
    {
        RtspMessage answer = await SetUpAsync(connection, "RTP/AVP/TCP;unicast;interleaved=0-1", cancel);
        if (answer.StatusCode != RtspStatus.Ok)
        {
            return (null, "SETUP over TCP was answered " + Words(answer));
        }

        answer = await connection.RequestAsync(RtspMethod.Teardown, options.Url.RequestUri, cancel);
        if (answer.StatusCode != RtspStatus.Ok)
        {
            return (false, "TEARDOWN: " + Words(answer));
        }

        return Judge(await connection.RequestAsync(RtspMethod.Play, options.Url.RequestUri, cancel), static a => a.StatusCode is 454 or 455);
    }
}
