using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Microbenchmarks;

/// <summary>The choice between the framework's send and the bare system call, for a frame of 8 packets to a client that reads.</summary>
public class SendBenchmarks
{
    private readonly byte[] _frame = GC.AllocateArray<byte>(8 * 1404, pinned: true);
    private Socket _near = null!;
    private Socket _far = null!;
    private Thread _reader = null!;
    private int _fd;

    [GlobalSetup]
    public void SetUp()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _near.Connect(listener.LocalEndPoint!);
        _far = listener.Accept();
        _fd = SocketSetup.Fd(_near);
        _reader = new Thread(() =>
        {
            byte[] sink = new byte[1 << 20];
            while (_far.Receive(sink) > 0)
            {
            }
        });
        _reader.Start();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _near.Dispose();
        _reader.Join();
        _far.Dispose();
    }

    [Benchmark(Baseline = true)]
    public int Send_Frame_SocketSend() => _near.Send(_frame.AsSpan(), SocketFlags.None, out _);

    [Benchmark]
    public unsafe int Send_Frame_SystemCall()
    {
        fixed (byte* frame = _frame)
        {
            return (int)Libc.Send(_fd, frame, _frame.Length, LinuxConstants.MessageNoSignal);
        }
    }
}
