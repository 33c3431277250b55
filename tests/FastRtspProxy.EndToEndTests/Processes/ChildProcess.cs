using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>A program that a test started: its output line by line, its end, and never a trace of it after the test.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    public const int SigHup = 1;
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    private static readonly Lock s_liveLock = new();
    private static readonly HashSet<ChildProcess> s_live = [];

    private readonly Process _process;
    private readonly Stopwatch _clock;
    private readonly Lock _lock = new();
    private readonly List<OutputLine> _lines = [];
    private volatile bool _disposed;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    static ChildProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        lock (s_liveLock)
        {
            foreach (ChildProcess child in s_live)
            {
                child.Signal(SigKill);
            }
        }
    };

    private ChildProcess(string name, Process process, Stopwatch clock)
    {
        Name = name;
        _process = process;
        _clock = clock;
        Pid = process.Id;
        lock (s_liveLock)
        {
            s_live.Add(this);
        }
    }

    public string Name { get; }

    public int Pid { get; }

    public TimeSpan Elapsed => _clock.Elapsed;

    public bool HasExited => _disposed || _process.HasExited;

    public static ChildProcess Start(string name, string file, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo info = new(file) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        foreach ((string variable, string value) in environment)
        {
            info.Environment[variable] = value;
        }

        Process process = new() { StartInfo = info };
        Stopwatch clock = Stopwatch.StartNew();
        process.Start();
        ChildProcess child = new(name, process, clock);
        process.OutputDataReceived += (_, line) => child.Add(false, line.Data);
        process.ErrorDataReceived += (_, line) => child.Add(true, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        return child;
    }

    public IReadOnlyList<OutputLine> Lines()
    {
        lock (_lock)
        {
            return [.. _lines];
        }
    }

    /// <summary>The first line that matches, now or within the limit; fails with the whole output when there is none.</summary>
    public async Task<OutputLine> WaitForLineAsync(string what, Func<OutputLine, bool> matches, TimeSpan limit)
    {
        OutputLine? found = null;
        await WaitAsync(what, lines => (found = lines.Cast<OutputLine?>().FirstOrDefault(line => matches(line!.Value))) is not null, limit);
        return found!.Value;
    }

    /// <summary>Waits for a condition over the output; fails with the whole output when the limit passes, or the program ends, without it.</summary>
    public async Task WaitAsync(string what, Func<IReadOnlyList<OutputLine>, bool> condition, TimeSpan limit)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            bool ended = _process.HasExited;
            Task changed;
            lock (_lock)
            {
                if (condition(_lines))
                {
                    return;
                }

                changed = _changed.Task;
            }

            if (ended || waited.Elapsed > limit)
            {
                if (ended)
                {
                    await LastLinesAsync();
                }

                lock (_lock)
                {
                    if (condition(_lines))
                    {
                        return;
                    }
                }

                Assert.Fail($"{Name} {(ended ? "ended" : $"did not within {limit.TotalSeconds} s get to")}: {what}\n{Transcript(200)}");
            }

            await Task.WhenAny(changed, Task.Delay(100));
        }
    }

    /// <summary>The exit code; fails when the program does not end within the limit.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        using CancellationTokenSource stop = new(limit);
        try
        {
            await _process.WaitForExitAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{Name} did not end within {limit.TotalSeconds} s\n{Transcript(200)}");
        }

        return _process.ExitCode;
    }

    public void Signal(int signal)
    {
        if (!HasExited)
        {
            _ = Kill(Pid, signal);
        }
    }

    public string Transcript(int maxLines)
    {
        IReadOnlyList<OutputLine> lines = Lines();
        IEnumerable<OutputLine> shown = lines.Count <= maxLines ? lines : lines.Skip(lines.Count - maxLines);
        string state = _disposed ? "ended" : _process.HasExited ? $"exit code {_process.ExitCode}" : "running";
        return $"--- {Name} (pid {Pid}, {state}, {lines.Count} lines)\n{string.Join('\n', shown)}";
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        Signal(SigTerm);
        using (CancellationTokenSource stop = new(TimeSpan.FromSeconds(3)))
        {
            try
            {
                await _process.WaitForExitAsync(stop.Token);
            }
            catch (OperationCanceledException)
            {
                Signal(SigKill);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        lock (s_liveLock)
        {
            s_live.Remove(this);
        }

        _disposed = true;
        _process.Dispose();
    }

    /// <summary>The last lines come after the end of the process: until its output is read to the end, unless a program that it started holds it open.</summary>
    private async Task LastLinesAsync()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(20));
        try
        {
            await _process.WaitForExitAsync(stop.Token); // with a limit in milliseconds WaitForExit waits for the process alone
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Add(bool isError, string? text)
    {
        if (text is null)
        {
            return;
        }

        TaskCompletionSource changed;
        lock (_lock)
        {
            _lines.Add(new OutputLine(isError, text, _clock.Elapsed));
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }

    // kill(2). Process.Kill knows only SIGKILL.
    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
