using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// Name look-up, off the shards' threads, and connect, waited for in the epoll of the shard that the connection is for (<see cref="ConnectWait"/>).
/// </summary>
internal static class TcpConnector
{
    /// <summary>A name that takes longer is tried at the address that it had last, while the look-up goes on.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>A connected socket. Tries every address of the name in the resolver's order.</summary>
    /// <param name="shard">Whose epoll waits.</param>
    /// <param name="target">Where to.</param>
    /// <param name="limit">The time for all of it.</param>
    /// <exception cref="ByteStreamException">No connection; the message says why and names host and port.</exception>
    public static async Task<Socket> ConnectAsync(Shard shard, ConnectTarget target, TimeSpan limit)
    {
        TimeProvider time = shard.Time;
        using CancellationTokenSource cancel = new(limit, time);
        Task<IPAddress[]> lookUp = target.Names.TryResolve(target.Host)
            ?? throw new ByteStreamException(ConnectFailure.TimedOut, $"the name {target.Host} cannot be looked up now: too many other names are");
        if (target.LastAddress is { } last && !Refuses(target, last)
            && !await IsAnsweredAsync(lookUp, time, cancel.Token) && !cancel.IsCancellationRequested
            && await TryLastAsync(shard, last, target, lookUp, limit, cancel.Token) is { } socket)
        {
            return socket;
        }

        IPAddress[] addresses = await AddressesAsync(lookUp, target.Host, cancel.Token);
        IPAddress[] allowed = Array.FindAll(addresses, address => !Refuses(target, address));
        return allowed.Length > 0 || addresses.Length == 0
            ? await ConnectToAnyAsync(shard, allowed, target, limit, cancel.Token)
            : throw new ByteStreamException(
                ConnectFailure.NotAllowed,
                $"this machine must not connect to {target.Shown}"
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
        Shard shard, IPAddress last, ConnectTarget target, Task<IPAddress[]> lookUp, TimeSpan limit, CancellationToken cancel)
    {
        using CancellationTokenSource moved = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task<Socket> attempt = ConnectToAnyAsync(shard, [last], target, limit, moved.Token);
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
    /// <param name="shard">Whose epoll waits.</param>
    /// <param name="addresses">In the order of preference.</param>
    /// <param name="target">What they are addresses of.</param>
    /// <param name="limit">The time for all of them: each has an equal share.</param>
    /// <param name="cancel">When <paramref name="limit"/> is over, the look-up included.</param>
    /// <exception cref="ByteStreamException">No connection; the message says why and names host and port.</exception>
    internal static async Task<Socket> ConnectToAnyAsync(
        Shard shard, IPAddress[] addresses, ConnectTarget target, TimeSpan limit, CancellationToken cancel)
    {
        int last = 0;
        foreach (IPAddress address in addresses)
        {
            // Each address gets its share of the time: a dead IPv6 address must not cost the living IPv4 one its turn.
            using CancellationTokenSource share = new(limit / addresses.Length, shard.Time);
            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancel, share.Token);
            try
            {
                int fd = await ConnectAsync(shard, new IPEndPoint(address, target.Port), target.Dscp, both.Token);
                if (fd >= 0)
                {
                    return new Socket(new SafeSocketHandle(fd, ownsHandle: true));
                }

                last = -fd; // out of descriptors, or a family that this machine does not have, among others
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested && address != addresses[^1])
            {
                // The next one has a share of its own.
            }
            catch (OperationCanceledException e)
            {
                throw new ByteStreamException(
                    ConnectFailure.TimedOut, $"no answer from {target.Shown} within {limit.TotalSeconds:0.#} s", e);
            }
        }

        throw last != 0
            ? new ByteStreamException(
                KindOf(last), $"cannot connect to {target.Shown}: {MissingZone(target.Host, addresses) ?? WordsFor(last)}")
            : new ByteStreamException(ConnectFailure.NameNotFound, $"the name {target.Host} has no address");
    }

    /// <summary>A connected descriptor, or minus errno.</summary>
    private static async Task<int> ConnectAsync(Shard shard, IPEndPoint to, int? dscp, CancellationToken cancel)
    {
        int fd = RawSocket.OpenTcp(to.AddressFamily);
        if (fd < 0)
        {
            return fd;
        }

        int error = 0;
        bool isConnected = false;
        try
        {
            SocketSetup.PrepareTcpReceiving(fd);
            SocketSetup.SetTrafficClass(fd, to.AddressFamily, dscp);
            error = -RawSocket.BeginConnect(fd, to);
            error = error == 0 ? await ConnectWait.RunAsync(shard, fd, cancel) : error;
            isConnected = error == 0;
        }
        finally
        {
            if (!isConnected)
            {
                _ = Libc.Close(fd);
            }
        }

        return isConnected ? fd : -error;
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

    private static ConnectFailure KindOf(int errno) => errno switch
    {
        LinuxConstants.ErrorConnectionRefused => ConnectFailure.Refused,
        LinuxConstants.ErrorTimedOut => ConnectFailure.TimedOut,
        LinuxConstants.ErrorHostUnreachable or LinuxConstants.ErrorNetworkUnreachable or LinuxConstants.ErrorHostDown => ConnectFailure.Unreachable,
        _ => ConnectFailure.Other,
    };

    private static string WordsFor(int errno) => errno switch
    {
        LinuxConstants.ErrorConnectionRefused => "connection refused",
        LinuxConstants.ErrorTimedOut => "timed out",
        LinuxConstants.ErrorHostUnreachable or LinuxConstants.ErrorHostDown => "host unreachable",
        LinuxConstants.ErrorNetworkUnreachable => "network unreachable",
        LinuxConstants.ErrorTooManyFiles or LinuxConstants.ErrorFileTable => "out of descriptors; raise the limit (ulimit -n)",
        _ => Marshal.GetPInvokeErrorMessage(errno),
    };
}
