using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>A front-end connection whose roles were swapped, as the back-end's stream. Its input goes through the front-end's pipe: rare, and simpler than taking the socket out.</summary>
internal sealed class ReusedConnection(Shard shard, ControlStream stream) : ByteStream(shard)
{
    private bool _closed;

    public override IPEndPoint Remote => stream.Remote;

    public override IPEndPoint Local => stream.Local;

    public override int QueuedBytes => 0;

    public override void Start(IByteSink sink)
    {
        // A camera's by now: it is no stranger's to be left unread.
        stream.IsPlayedOn = static () => true;
        _ = PumpAsync(sink);
    }


    public override bool Send(ReadOnlySpan<byte> bytes) => !_closed && stream.Send(bytes);

    public override void Close()
    {
        _closed = true;
        stream.Close();
    }

    protected internal override void OnReady(Net.Linux.EpollEvents events)
    {
        // The socket is read by its ControlStream.
    }

    private async Task PumpAsync(IByteSink sink)
    {
        while (true)
        {
            ReadResult read = await stream.Input.ReadAsync();
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                if (!_closed)
                {
                    sink.OnBytes(segment.Span);
                }
            }

            stream.Input.AdvanceTo(read.Buffer.End);
            stream.NoteInput(0);
            if (_closed)
            {
                return;
            }

            sink.OnBatchEnd();
            if (read.IsCompleted && !_closed)
            {
                _closed = true;
                stream.Close();
                sink.OnClosed(SocketError.Success);
                return;
            }
        }
    }
}
