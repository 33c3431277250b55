using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Engine.Net;

/// <summary>Name look-up and connect, off the shards' threads until the result is there.</summary>
internal static class TcpConnector
{
    /// <summary>A name that takes longer is tried at the address that it had last, while the look-up goes on.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>A connected socket. Tries every address of the name in the resolver's order.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="limit">The time for all of it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="names">The resolver; null: that of cameras.</param>
    /// <exception cref="ByteStreamException">No connection; the message says why and names host and port.</exception>
    public static async Task<Socket> ConnectAsync(ConnectTarget target, TimeSpan limit, TimeProvider time, NameLookup? names = null)
    {
        (string host, int port) = (target.Host, target.Port);
        using CancellationTokenSource cancel = new(limit, time);
        Task<IPAddress[]> lookUp = (names ?? NameLookup.Cameras).TryResolve(host)
            ?? throw new ByteStreamException(ConnectFailure.TimedOut, $"the name {host} waits for others to be looked up");
        if (target.LastAddress is { } last && !await IsDoneAsync(lookUp, s_patience, time, cancel.Token) && !cancel.IsCancellationRequested)
        {
            try
            {
                return await ConnectToAnyAsync(await AllowedAsync([last], target), host, port, limit / 2, time, cancel.Token);
            }
            catch (ByteStreamException)
            {
                // It has another address by now, perhaps: the look-up will tell.
            }
        }

        IPAddress[] addresses = await AllowedAsync(await AddressesAsync(lookUp, host, cancel.Token), target);
        return await ConnectToAnyAsync(addresses, host, port, limit, time, cancel.Token);
    }

    private static async Task<bool> IsDoneAsync(Task task, TimeSpan within, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            await task.WaitAsync(within, time, cancel);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException or SocketException or ArgumentException)
        {
            // Whoever wants the result asks the task.
        }

        return task.IsCompleted;
    }

    /// <summary>Those that the target's policy lets us connect to. Off the shard: the list of our own addresses is read from files.</summary>
    private static async Task<IPAddress[]> AllowedAsync(IPAddress[] addresses, ConnectTarget target)
    {
        if (addresses.Length == 0 || target.Refuses is not { } refuses)
        {
            return addresses;
        }

        IPAddress[] allowed = await Task.Run(() =>
        {
            OwnAddresses.Refresh();
            return Array.FindAll(addresses, address => !refuses(address));
        });
        return allowed.Length > 0 ? allowed : throw new ByteStreamException(ConnectFailure.NotAllowed, $"this machine must not connect to {target.Host}:{target.Port}");
    }

    /// <summary>A connection to the first of the addresses that gives one.</summary>
    /// <param name="addresses">In the order of preference.</param>
    /// <param name="host">For messages.</param>
    /// <param name="port">The port.</param>
    /// <param name="limit">The time for all of them: each has an equal share.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">When <paramref name="limit"/> is over, the look-up included.</param>
    /// <exception cref="ByteStreamException">No connection; the message says why and names host and port.</exception>
    internal static async Task<Socket> ConnectToAnyAsync(
        IPAddress[] addresses, string host, int port, TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        Exception? last = null;
        foreach (IPAddress address in addresses)
        {
            // Each address gets its share of the time: a dead IPv6 address must not cost the living IPv4 one its turn.
            using CancellationTokenSource share = new(limit / addresses.Length, time);
            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancel, share.Token);
            Socket? socket = null;
            try
            {
                socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                _ = SocketSetup.AskReceiveBuffer(socket, SocketSetup.ReceiveBufferBytes);
                await socket.ConnectAsync(new IPEndPoint(address, port), both.Token);
                return socket;
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested && address != addresses[^1])
            {
                socket?.Dispose();
            }
            catch (OperationCanceledException e)
            {
                socket?.Dispose();
                throw new ByteStreamException(ConnectFailure.TimedOut, $"no answer from {host}:{port} within {limit.TotalSeconds:0.#} s", e);
            }
            catch (SocketException e)
            {
                socket?.Dispose(); // null: out of descriptors, or a family that this machine does not have
                last = e;
            }
        }

        throw last is SocketException failure
            ? new ByteStreamException(KindOf(failure.SocketErrorCode), $"cannot connect to {host}:{port}: {WordsFor(failure)}", failure)
            : new ByteStreamException(ConnectFailure.NameNotFound, $"the name {host} has no address");
    }

    private static async Task<IPAddress[]> AddressesAsync(Task<IPAddress[]> lookUp, string host, CancellationToken cancel)
    {
        try
        {
            return await lookUp.WaitAsync(cancel);
        }
        catch (SocketException e)
        {
            throw new ByteStreamException(ConnectFailure.NameNotFound, $"the name {host} does not resolve", e);
        }
        catch (OperationCanceledException e)
        {
            throw new ByteStreamException(ConnectFailure.TimedOut, $"the name {host} did not resolve in time", e);
        }
        catch (ArgumentException e)
        {
            throw new ByteStreamException(ConnectFailure.NameNotFound, $"{host} is not a name that can be resolved", e);
        }
    }

    private static ConnectFailure KindOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => ConnectFailure.Refused,
        SocketError.TimedOut => ConnectFailure.TimedOut,
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown => ConnectFailure.Unreachable,
        _ => ConnectFailure.Other,
    };

    private static string WordsFor(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.TimedOut => "timed out",
        SocketError.HostUnreachable or SocketError.HostDown => "host unreachable",
        SocketError.NetworkUnreachable => "network unreachable",
        SocketError.TooManyOpenSockets => "out of descriptors; raise the limit (ulimit -n)",
        _ => e.Message,
    };
}
