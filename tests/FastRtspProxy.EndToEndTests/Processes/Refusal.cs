using System.Diagnostics;
using System.Globalization;

namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>Starts programs from which system calls are taken away (Processes/refuse.c, compiled once a run).</summary>
internal static class Refusal
{
    private static readonly Lazy<string> s_program = new(Compile);

    /// <summary>The beginning of a command line: what follows runs without those calls, which answer with that errno.</summary>
    public static string[] Of(string calls, int errno) => [s_program.Value, errno.ToString(CultureInfo.InvariantCulture), calls];

    private static string Compile()
    {
        string program = Path.Combine(Directory.CreateTempSubdirectory("refuse-").FullName, "refuse");
        using Process compiler = Process.Start("gcc", ["-O1", "-Wall", "-Werror", "-o", program, Path.Combine(AppContext.BaseDirectory, "Processes", "refuse.c")]);
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? program : throw new InvalidOperationException("gcc cannot compile refuse.c; apt-get install -y gcc libc6-dev");
    }
}
