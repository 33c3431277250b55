using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using FastRtspProxy.CommandLine;
using FastRtspProxy.Simulator;

namespace FastRtspProxy.Tests.Documents.Completions;

/// <summary>What shells have to know of a program.</summary>
/// <param name="Name">Its file.</param>
/// <param name="Text">What it is.</param>
/// <param name="Options">Its own, in the order of the help text; behind its argument there are none.</param>
/// <param name="Commands">Empty: it has none.</param>
internal sealed record CompletedProgram(string Name, string Text, IReadOnlyList<CompletedOption> Options, IReadOnlyList<CompletedCommand> Commands)
{
    public static CompletedProgram Proxy { get; } = new(
        "fastrtspproxy",
        "",
        [
            .. HelpText.OptionsOfLive555.Select(static row => OfHead(row.Head, row.Text)),
            .. LongOptions.Rows.Select(static row => new CompletedOption([row.Name], row.ValueName.Length == 0 ? [] : [row.ValueName], row.Text)
            {
                Words = row.Words,
                Repeats = row.Repeats,
            }),
            .. HelpText.OptionsThatPrint.Select(static row => OfHead(row.Head, row.Text)),
        ],
        []);

    public static CompletedProgram Simulator { get; } = OfRoot(SimulatorProgram.CreateRoot(TextWriter.Null, TextWriter.Null));

    public static IReadOnlyList<CompletedProgram> All { get; } = [Proxy, Simulator];

    private static CompletedOption OfHead(string head, string text)
    {
        string[] words = head.Split(' ');
        return new([words[0]], words[1..], text) { Repeats = text.Contains("repeat it", StringComparison.Ordinal) };
    }

    private static CompletedProgram OfRoot(RootCommand root) =>
        new("rtspsim", root.Description!, OptionsOf(root), [.. root.Subcommands.Select(command => OfCommand(root, command))]);

    private static CompletedCommand OfCommand(RootCommand root, Command command)
    {
        IEnumerable<CompletedOption> inherited = OptionsOf(root).Where(static option => option.Names.Contains("--help"));
        return new(command.Name, command.Description!, [.. OptionsOf(command), .. inherited])
        {
            Argument = command.Arguments is [var argument] ? argument.Name : "",
            ArgumentText = command.Arguments is [var one] ? one.Description! : "",
        };
    }

    private static List<CompletedOption> OptionsOf(Command command)
    {
        return [.. command.Options.Select(static option => new CompletedOption(
            [.. option.Aliases.Where(static name => name is ['-', >= 'A' and <= 'z']), option.Name],
            option.HelpName is { } value ? [value] : [],
            option.Description!)
        {
            Words = option.HelpName is null
                ? []
                : [.. option.CompletionSources.SelectMany(static source => source(CompletionContext.Empty)).Select(static item => item.Label)],
            Default = option.HelpName is not null && option.HasDefaultValue
                ? Convert.ToString(option.GetDefaultValue(), CultureInfo.InvariantCulture)
                : null,
        })];
    }
}
