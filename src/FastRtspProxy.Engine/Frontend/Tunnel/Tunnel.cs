using System.IO.Pipelines;
using FastRtspProxy.Engine.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// RTSP over HTTP: a GET that carries everything to the client and stays for as long as the tunnel, and the POSTs that carry the client's requests to us, one after the
/// other. All of them are on the GET's shard.
/// </summary>
internal sealed class Tunnel(string cookie, ClientConnection get)
{
    /// <summary>Decoded requests that the GET's connection has not read yet; then the POST waits.</summary>
    private const int InputLimitBytes = 8 * 1024;

    private readonly Pipe _requests = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: InputLimitBytes,
        resumeWriterThreshold: InputLimitBytes / 2,
        useSynchronizationContext: false));

    private readonly List<ClientConnection> _posts = [];

    public string Cookie => cookie;

    public FrontEndShard Home => get.Home;

    /// <summary>What the client asks, decoded.</summary>
    public PipeReader Requests => _requests.Reader;

    /// <summary>What it holds of the process's budget: decoded and not consumed.</summary>
    public HeldBytes? Held { get; } = get.Stream.NewHolder();

    /// <summary>False until the first POST: half a tunnel.</summary>
    public bool IsPaired { get; private set; }

    /// <summary>True once the GET was closed: nothing may be written any more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>A POST has come. False: the tunnel is over.</summary>
    public bool TryAdd(ClientConnection post)
    {
        if (get.EndCause != ConnectionEnd.None)
        {
            return false;
        }

        IsPaired = true;
        _posts.Add(post);
        return true;
    }

    /// <summary>A POST was closed; another may follow.</summary>
    public void Remove(ClientConnection post) => _posts.Remove(post);

    /// <summary>Hands decoded bytes on; false: nobody reads them any more.</summary>
    public async ValueTask<bool> FlushAsync() => !(await _requests.Writer.FlushAsync()).IsCompleted;

    public PipeWriter Writer => _requests.Writer;

    /// <summary>The GET was closed: so is the rest.</summary>
    public void End()
    {
        IsOver = true;
        Held?.Set(0);
        _requests.Writer.Complete();
        foreach (ClientConnection post in _posts.ToArray())
        {
            post.Close(ConnectionEnd.PeerClosed);
        }
    }
}
