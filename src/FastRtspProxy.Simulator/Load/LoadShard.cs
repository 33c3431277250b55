using System.Buffers;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Receive;
using HdrHistogram;

namespace FastRtspProxy.Simulator.Load;

/// <summary>The clients of one shard and what they add up to. Touched on the shard only.</summary>
internal sealed class LoadShard
{
    /// <summary>Each client is visited once a second, a tenth of them at a time.</summary>
    private const int VisitSlices = 10;

    private static readonly TimeSpan s_visitInterval = TimeSpan.FromMilliseconds(1000.0 / VisitSlices);

    private readonly List<LoadClient> _clients = [];
    private readonly Dictionary<string, int> _errors = new(StringComparer.Ordinal);
    private readonly StreamDescription?[] _descriptions;
    private readonly Stack<byte[]> _smallPieces = new();
    private readonly Random _random = new();
    private readonly ShardTimer _visits;
    private int _slice;
    private bool _leaving;

    public LoadShard(Shard shard, LoadOptions options, LocalPorts ports, int targets)
    {
        Shard = shard;
        Options = options;
        Ports = ports;
        _descriptions = new StreamDescription?[targets];
        Groups = new GroupReceivers(shard);
        _visits = shard.CreateTimer(Visit);
        TurnDelay = new TurnProbe(shard);
    }

    public Shard Shard { get; }

    public LoadOptions Options { get; }

    public LocalPorts Ports { get; }

    /// <inheritdoc cref="GroupReceivers"/>
    public GroupReceivers Groups { get; }

    /// <summary>Clients that read as fast as they can: the figures of the run.</summary>
    public ReceiveBucket Normal { get; } = new();

    /// <summary>Slow and stopped clients: what they miss is wanted, and counts for nothing else.</summary>
    public ReceiveBucket Handicapped { get; } = new();

    public TurnProbe TurnDelay { get; }

    /// <summary>Scratch for one answer.</summary>
    public RtspMessage Message { get; } = new();

    /// <summary>Scratch for one request.</summary>
    public ArrayBufferWriter<byte> Output { get; } = new(2048);

    /// <summary>Clients by state.</summary>
    public int[] States { get; } = new int[(int)ClientState.Failed + 1];

    /// <summary>Clients that have ended.</summary>
    public List<ClientResult> Results { get; } = [];

    /// <summary>Slow and stopped clients that the server has closed: what it may do.</summary>
    public int ClosedByServer { get; set; }

    /// <summary>Begins to visit.</summary>
    public void Start()
    {
        _visits.Start(s_visitInterval);
        TurnDelay.Start();
    }

    /// <summary>Starts a client.</summary>
    public void Launch(int number, LoadTarget target, ClientTransport transport, ClientManner manner)
    {
        LoadClient client = new(this, number, target, transport, manner) { Place = _clients.Count };
        _clients.Add(client);
        Shard.AddLoad(1);
        client.Start();
    }

    /// <summary>Lets some playing clients go; returns how many did.</summary>
    public int LetGo(int count)
    {
        int gone = 0;
        for (int tries = 0; tries < count * 8 && gone < count && _clients.Count > 0; tries++)
        {
            LoadClient client = _clients[_random.Next(_clients.Count)];
            if (client.State == ClientState.Playing)
            {
                Leave(client);
                gone++;
            }
        }

        return gone;
    }

    /// <summary>Lets all go; those that do not answer TEARDOWN are closed by <see cref="CloseAll"/>.</summary>
    public void LeaveAll()
    {
        _leaving = true;
        for (int i = _clients.Count - 1; i >= 0; i--)
        {
            Leave(_clients[i]);
        }
    }

    /// <summary>Closes what is left.</summary>
    public void CloseAll()
    {
        for (int i = _clients.Count - 1; i >= 0; i--)
        {
            _clients[i].Close(ClientState.Done);
        }
    }

    /// <summary>Ended clients come off the list.</summary>
    public void Remove(LoadClient client)
    {
        LoadClient last = _clients[^1];
        _clients[client.Place] = last;
        last.Place = client.Place;
        _clients.RemoveAt(_clients.Count - 1);
        Shard.AddLoad(-1);
    }

    /// <summary>Counts an error by its kind.</summary>
    public void CountError(string kind)
    {
        kind = Printable.Line(kind); // it quotes the server
        if (!_leaving)
        {
            _errors[kind] = _errors.GetValueOrDefault(kind) + 1;
        }
    }

    /// <summary>The description that this target's clients shared last.</summary>
    public StreamDescription? DescriptionOf(int target) => _descriptions[target];

    /// <inheritdoc cref="DescriptionOf"/>
    public void Remember(int target, StreamDescription description) => _descriptions[target] = description;

    /// <summary>A piece of memory for the beginning of a frame whose rest has not come yet.</summary>
    public byte[] RentPiece(int bytes) =>
        bytes > LoadConnection.SmallPieceBytes ? ArrayPool<byte>.Shared.Rent(bytes)
        : _smallPieces.TryPop(out byte[]? piece) ? piece
        : new byte[LoadConnection.SmallPieceBytes];

    /// <summary>Gives it back.</summary>
    public void ReturnPiece(byte[] piece)
    {
        if (piece.Length == LoadConnection.SmallPieceBytes)
        {
            _smallPieces.Push(piece);
        }
        else
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>A copy of the figures for the reporting thread; a new interval begins.</summary>
    public ShardSnapshot TakeSnapshot()
    {
        foreach (LoadClient client in _clients)
        {
            client.AttributeLoss();
        }

        return new ShardSnapshot(
            Normal.Counters, Handicapped.Counters, Normal.TakeInterval(), (int[])States.Clone(), new Dictionary<string, int>(_errors),
            TurnDelay.TakeInterval(), ClosedByServer);
    }

    /// <summary>What the clients that still run have received.</summary>
    public IEnumerable<ClientResult> OpenResults() => _clients.Where(static client => client.HasPlayed).Select(static client => client.Result());

    private void Leave(LoadClient client)
    {
        if (Options.VanishShare > 0 && _random.NextDouble() < Options.VanishShare)
        {
            client.Vanish();
        }
        else
        {
            client.Leave();
        }
    }

    private void Visit()
    {
        _visits.Start(s_visitInterval);
        for (int i = _clients.Count - 1 - _slice; i >= 0; i -= VisitSlices)
        {
            // A visit may end clients, so the list may be shorter than it was.
            if (i < _clients.Count)
            {
                _clients[i].Visit();
            }
        }

        _slice = (_slice + 1) % VisitSlices;
    }
}
