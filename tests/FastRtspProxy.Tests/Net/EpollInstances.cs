using System.Net;

namespace FastRtspProxy.Tests.Net;

/// <summary>The epoll instances of this process.</summary>
internal static class EpollInstances
{
    private const string Established = "01";

    /// <summary>How many epoll instances of this process know the socket that is bound there (proc(5): tfd in fdinfo).</summary>
    public static int Watching(IPEndPoint local)
    {
        for (int tried = 1; ; tried++)
        {
            try
            {
                return CountWatching(local);
            }
            catch (Exception e) when (e is IOException or InvalidOperationException && tried < 20)
            {
                Thread.Sleep(5); // another test has closed something while it was read
            }
        }
    }

    private static int CountWatching(IPEndPoint local)
    {
        string address = $"0100007F:{local.Port:X4}";
        string inode = File.ReadLines("/proc/self/net/tcp").Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Single(fields => fields[1] == address && fields[3] == Established)[9]; // others may wait for their end at the same port
        string[] names = [.. Directory.GetFiles("/proc/self/fd").Select(static path => Path.GetFileName(path))];
        string fd = names.Single(name => LinkOf(name) == $"socket:[{inode}]");
        return names.Where(static name => LinkOf(name) == "anon_inode:[eventpoll]")
            .Count(epoll => File.ReadLines($"/proc/self/fdinfo/{epoll}").Any(line => line.StartsWith("tfd:", StringComparison.Ordinal) && line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] == fd));
    }

    private static string? LinkOf(string descriptor)
    {
        try
        {
            return new FileInfo("/proc/self/fd/" + descriptor).LinkTarget;
        }
        catch (IOException)
        {
            return null; // closed meanwhile
        }
    }
}
