using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using Pipelines.Sockets.Unofficial;

namespace FastRtspProxy.Microbenchmarks.ControlInput;

/// <summary>
/// A control connection that answers every request with the answer to OPTIONS. The send half is the front-end's own in both; what is read comes by its
/// pull (<see cref="PeerInput"/>), or through the pipe of a <see cref="SocketConnection"/> on the same shard.
/// </summary>
internal sealed class ControlInputConnection(ControlStream stream, Socket socket)
{
    private static readonly RtspHeader[] s_headers =
    [
        new("Date", "Sun, 22 Nov 2026 10:22:09 GMT"), new("Public", "OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER"),
    ];

    private readonly RtspMessage _message = new();

    /// <summary>The shard that it is to move to before its next answer; null: it stays.</summary>
    public Shard? MoveTo { get; set; }

    public async Task PullAsync()
    {
        stream.Start();
        PeerInput input = stream.Input;
        while (await input.WaitAsync())
        {
            ParseStatus status = RtspMessageParser.TryParseHead(input.Unread, _message, RtspLimits.Server, out int headBytes, out _, out _);
            if (status == ParseStatus.NeedMore)
            {
                input.NeedMore();
                continue;
            }

            input.Consume(headBytes);
            if (status == ParseStatus.Malformed)
            {
                break;
            }

            _ = input.SpendRequest();
            if (MoveTo is { } other)
            {
                MoveTo = null;
                await stream.MoveTo(other);
            }

            await AnswerAsync();
        }

        stream.Close();
        input.Abandon();
    }

    public async Task PipeAsync()
    {
        stream.Start();
        ShardScheduler scheduler = new(stream);
        PipeOptions options = new(readerScheduler: scheduler, writerScheduler: scheduler, useSynchronizationContext: false);
        using SocketConnection connection = SocketConnection.Create(socket, options, SocketConnectionOptions.ZeroLengthReads);
        bool open = true;
        while (open)
        {
            ReadResult read = await connection.Input.ReadAsync();
            ReadOnlySequence<byte> rest = read.Buffer;
            int requests = 0;
            ParseStatus status = ParseStatus.Complete;
            while (requests < TurnBudget.RequestsMax
                && (status = RtspMessageParser.TryParse(ref rest, _message, RtspLimits.Server, out _)) == ParseStatus.Complete)
            {
                requests++;
                if (MoveTo is { } other)
                {
                    MoveTo = null;
                    await stream.MoveTo(other);
                }

                await AnswerAsync();
            }

            connection.Input.AdvanceTo(rest.Start, status == ParseStatus.NeedMore ? rest.End : rest.Start);
            open = status != ParseStatus.Malformed && (status != ParseStatus.NeedMore || !read.IsCompleted);
            if (requests == TurnBudget.RequestsMax)
            {
                await stream.Shard.NextTurn();
            }
        }

        stream.Close();
    }

    private async ValueTask AnswerAsync()
    {
        RtspWriter.WriteResponse(stream.Output, RtspStatus.Ok, null, _message.CSeqText, s_headers);
        await stream.Output.FlushAsync(); // completes at once: what the kernel does not take waits in the stream
    }
}
