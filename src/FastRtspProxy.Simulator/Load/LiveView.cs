using FastRtspProxy.Simulator.Report;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FastRtspProxy.Simulator.Load;

/// <summary>The live view on a terminal, drawn anew in place once a second.</summary>
internal sealed class LiveView : ILoadView
{
    private const int BarWidth = 40;
    private const int ErrorKindsMax = 8;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _live;
    private LiveDisplayContext? _context;

    public LiveView() => _live = AnsiConsole.Live(new Text("starting …")).StartAsync(context =>
    {
        _context = context;
        return _done.Task;
    });

    /// <inheritdoc/>
    public void Show(RunProgress progress, TimelinePoint now, LoadSnapshot snapshot)
    {
        _context?.UpdateTarget(Draw(progress, now, snapshot));
        _context?.Refresh();
    }

    public void Dispose()
    {
        _done.TrySetResult();
        _live.Wait(TimeSpan.FromSeconds(1));
    }

    private static Rows Draw(RunProgress progress, TimelinePoint now, LoadSnapshot snapshot)
    {
        double share = Math.Clamp(now.Second / Math.Max(1, progress.Total.TotalSeconds), 0, 1);
        int full = (int)(share * BarWidth);
        TimeSpan left = TimeSpan.FromSeconds(Math.Max(0, progress.Total.TotalSeconds - now.Second));
        Markup bar = new($"[green]{new string('━', full)}[/][grey]{new string('━', BarWidth - full)}[/] {share * 100,3:0} %  {left:hh\\:mm\\:ss} "
            + "left");

        Grid grid = new();
        grid.AddColumns(4);
        Row(grid, "playing", $"[bold]{now.Playing}[/] of {progress.Clients}", "Mbit/s", $"[bold]{now.MegabitsPerSecond:#,0.0}[/]");
        Row(grid, "starting", $"{now.Starting}", "packets/s", Units.Count(now.PacketsPerSecond));
        Row(
            grid,
            "failed",
            now.Failed > 0 ? $"[red]{now.Failed}[/]" : "0",
            "lost",
            snapshot.Normal.Lost > 0 ? $"[red]{Units.Count(snapshot.Normal.Lost)}[/]" : "0");
        Row(grid, "latency p50", Time(now.LatencyP50), "duplicated", Units.Count(snapshot.Normal.Duplicated));
        Row(grid, "latency p99", Time(now.LatencyP99), "reordered", Units.Count(snapshot.Normal.Reordered));
        Row(
            grid,
            "latency max",
            Time(now.LatencyMax),
            "corrupt",
            Bad(snapshot.Normal.UnitsCorrupt + snapshot.Normal.UnitsTruncated + snapshot.Normal.Malformed));
        Row(grid, "tool CPU", $"{now.ToolCpuPercent:0} %", "tool's own drops", Bad(snapshot.Normal.KernelDrops));

        List<IRenderable> rows = [bar, grid];
        foreach ((string kind, int count) in snapshot.Errors.OrderByDescending(static one => one.Value).Take(ErrorKindsMax))
        {
            rows.Add(new Markup($"[red]{count} x[/] {Markup.Escape(kind)}"));
        }

        return new Rows(rows);
    }

    private static void Row(Grid grid, string name, string value, string name2, string value2) => grid.AddRow(
        new Markup($"[grey]{name}[/]"), new Markup(value), new Markup($"[grey]{name2}[/]"), new Markup(value2));

    private static string Time(long micros) => micros == 0 ? "-" : Units.Millis(micros);

    private static string Bad(long count) => count > 0 ? $"[red]{Units.Count(count)}[/]" : "0";
}
