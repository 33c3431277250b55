using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.CommandLine;

/// <summary>Arguments beside a configuration file.</summary>
/// <param name="File">As it was given.</param>
/// <param name="OnlyChecks">Say what is wrong with it, and end.</param>
/// <param name="AsksHealth">Ask a proxy that runs with it whether it lives, and end.</param>
/// <param name="Arguments">What wins over the file.</param>
/// <param name="Demo">See <see cref="ProgramOptions.Demo"/>.</param>
/// <param name="AskedPort">See <see cref="ProgramOptions.AskedPort"/>.</param>
internal sealed record ConfigRequest(string File, bool OnlyChecks, bool AsksHealth, ConfigArguments Arguments, bool Demo, int? AskedPort);
