using System.CommandLine;
using FastRtspProxy.CommandLine;
using FastRtspProxy.Simulator.Camera;
using FastRtspProxy.Simulator.Load;

namespace FastRtspProxy.Tests.Documents.Completions;

/// <summary>The words that shells offer behind an option are words that it takes.</summary>
public sealed class CompletedWordsTests
{
    private const string Url = "rtsp://192.0.2.10/main";

    public static TheoryData<string, string, string> Words
    {
        get
        {
            TheoryData<string, string, string> data = [];
            IEnumerable<CompletedCommand> commands = [new("", "", CompletedProgram.Proxy.Options), .. CompletedProgram.Simulator.Commands];
            foreach (CompletedCommand command in commands)
            {
                foreach (CompletedOption option in command.Options)
                {
                    foreach (string word in option.Words)
                    {
                        data.Add(command.Name, option.Names[^1], word);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Word_BehindItsOption_IsTaken(string command, string option, string word)
    {
        string? error = null;
        switch (command)
        {
            case "":
                error = (CommandLineParser.Parse([option, word, Url]) as ParseOutcome.Refuse)?.Line;
                break;
            case "camera":
                CameraCommandOptions camera = new();
                CameraCommandReader.TryRead(Parsed(camera.All, [], option, word), camera, out _, out error);
                break;
            case "load":
                LoadCommandOptions load = new();
                LoadCommandReader.TryRead(Parsed(load.All, [load.Urls], option, word, Url), load, out _, out error);
                break;
            default:
                Assert.Equal("probe", command);
                Assert.Contains(word, (string[])["udp", "tcp"]); // what it takes is decided where it runs
                break;
        }

        Assert.Null(error);
    }

    private static ParseResult Parsed(IEnumerable<Option> options, IEnumerable<Argument> arguments, params string[] words)
    {
        Command command = new("command");
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }

        foreach (Argument argument in arguments)
        {
            command.Arguments.Add(argument);
        }

        return command.Parse(words);
    }
}
