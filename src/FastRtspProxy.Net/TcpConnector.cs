using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Net;

/// <summary>Name look-up and connect, off the shards' threads until the result is there.</summary>
internal static class TcpConnector
{
    /// <summary>A name that takes longer is tried at the address that it had last, while the look-up goes on.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>A connected socket. Tries every address of the name in the resolver's order.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="limit">The time for all of it.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ByteStreamException">No connection; the message says why and names host and port.</exception>
    public static async Task<Socket> ConnectAsync(ConnectTarget target, TimeSpan limit, TimeProvider time)
    {
        using CancellationTokenSource cancel = new(limit, time);
        Task<IPAddress[]> lookUp = target.Names.TryResolve(target.Host)
            ?? throw new ByteStreamException(ConnectFailure.TimedOut, $"the name {target.Host} cannot be looked up now: too many other names are");
        if (target.LastAddress is { } last && !Refuses(target, last)
            && !await IsAnsweredAsync(lookUp, time, cancel.Token) && !cancel.IsCancellationRequested
            && await TryLastAsync(last, target, lookUp, limit, time, cancel.Token) is { } socket)
        {
            return socket;
        }

        IPAddress[] addresses = await AddressesAsync(lookUp, target.Host, cancel.Token);
        IPAddress[] allowed = Array.FindAll(addresses, address => !Refuses(target, address));
        return allowed.Length > 0 || addresses.Length == 0
            ? await ConnectToAnyAsync(allowed, target, limit, time, cancel.Token)
            : throw new ByteStreamException(
                ConnectFailure.NotAllowed,
                $"this machine must not connect to {target.Host}:{target.Port}"
                    + $"{(IPAddress.TryParse(target.Host, out _) ? string.Empty : $" ({addresses[0]})")}: {target.Refusal}");
    }

    private static bool Refuses(ConnectTarget target, IPAddress address) => target.Refuses?.Invoke(address) == true;

    /// <summary>
    /// True when the resolver has answered within a second: with addresses, or that there are none. A name server that cannot be asked says nothing
    /// about the name (getaddrinfo(3): EAI_AGAIN, EAI_FAIL).
    /// </summary>
    private static async Task<bool> IsAnsweredAsync(Task<IPAddress[]> lookUp, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            _ = await lookUp.WaitAsync(s_patience, time, cancel);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TryAgain or SocketError.NoRecovery)
        {
            return false;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return true;
        }
    }

    /// <summary>Tries the address that the name had last, until the look-up says that it has another; null: no connection.</summary>
    private static async Task<Socket?> TryLastAsync(
        IPAddress last, ConnectTarget target, Task<IPAddress[]> lookUp, TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        using CancellationTokenSource moved = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task<Socket> attempt = ConnectToAnyAsync([last], target, limit, time, moved.Token);
        await Task.WhenAny(attempt, lookUp);
        bool hasMoved = lookUp.IsCompletedSuccessfully && !Array.Exists(await lookUp, address => address.Unmapped().Equals(last.Unmapped()));
        if (hasMoved)
        {
            await moved.CancelAsync();
        }

        try
        {
            Socket socket = await attempt;
            if (!hasMoved)
            {
                return socket;
            }

            socket.Dispose();
        }
        catch (ByteStreamException)
        {
            // It has another address by now, perhaps: the look-up will tell.
        }

        return null;
    }

    /// <summary>A connection to the first of the addresses that gives one.</summary>
    /// <param name="addresses">In the order of preference.</param>
    /// <param name="target">What they are addresses of.</param>
    /// <param name="limit">The time for all of them: each has an equal share.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">When <paramref name="limit"/> is over, the look-up included.</param>
    /// <exception cref="ByteStreamException">No connection; the message says why and names host and port.</exception>
    internal static async Task<Socket> ConnectToAnyAsync(
        IPAddress[] addresses, ConnectTarget target, TimeSpan limit, TimeProvider time, CancellationToken cancel)
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
                SocketSetup.PrepareTcpReceiving(socket);
                SocketSetup.SetTrafficClass(socket, target.Dscp);
                await socket.ConnectAsync(new IPEndPoint(address, target.Port), both.Token);
                return socket;
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested && address != addresses[^1])
            {
                socket?.Dispose();
            }
            catch (OperationCanceledException e)
            {
                socket?.Dispose();
                throw new ByteStreamException(
                    ConnectFailure.TimedOut, $"no answer from {target.Host}:{target.Port} within {limit.TotalSeconds:0.#} s", e);
            }
            catch (SocketException e)
            {
                socket?.Dispose(); // null: out of descriptors, or a family that this machine does not have
                last = e;
            }
        }

        throw last is SocketException failure
            ? new ByteStreamException(
                KindOf(failure.SocketErrorCode),
                $"cannot connect to {target.Host}:{target.Port}: {MissingZone(target.Host, addresses) ?? WordsFor(failure)}",
                failure)
            : new ByteStreamException(ConnectFailure.NameNotFound, $"the name {target.Host} has no address");
    }

    private static async Task<IPAddress[]> AddressesAsync(Task<IPAddress[]> lookUp, string host, CancellationToken cancel)
    {
        try
        {
            return await lookUp.WaitAsync(cancel);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.TryAgain)
        {
            throw new ByteStreamException(ConnectFailure.TimedOut, $"the name {host} cannot be looked up now: no name server answers", e);
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

    /// <summary>
    /// What is missing where the kernel only says EINVAL: a link-local address means nothing without the interface (ipv6(7), sin6_scope_id).
    /// </summary>
    private static string? MissingZone(string host, IPAddress[] addresses)
    {
        if (!Array.Exists(addresses, static address => address is { IsIPv6LinkLocal: true, ScopeId: 0 }))
        {
            return null;
        }

        int zone = host.IndexOf('%', StringComparison.Ordinal);
        return zone < 0
            ? $"a link-local address needs the interface that leads to it, as in rtsp://[{addresses[0]}%25eth0]/"
            : $"this machine has no interface {host[(zone + 1)..]}";
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
