using System.Diagnostics;

namespace FastRtspProxy.EndToEndTests.Shells;

/// <summary>What a short-lived program said, both outputs to their ends, and how it ended.</summary>
internal sealed record ProgramOutput(int Status, string Output, string Errors)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public IEnumerable<string> Lines => Output.Split('\n').Select(static line => line.TrimEnd('\r'));

    public static async Task<ProgramOutput> OfAsync(string folder, string file, params string[] arguments)
    {
        ProcessStartInfo info = new(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(info)!;
        process.StandardInput.Close();
        using CancellationTokenSource limit = new(s_limit);
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            string said = await errors;
            await process.WaitForExitAsync(limit.Token);
            return new(process.ExitCode, output, said);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} did not end within {s_limit.TotalSeconds} s");
        }
    }
}
