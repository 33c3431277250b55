using System.Text;

namespace FastRtspProxy.Tests.Documents.Completions;

/// <summary>Completions for fish.</summary>
internal static class FishScript
{
    public static string Made(CompletedProgram program)
    {
        StringBuilder text = new($"# fish completion for {program.Name}. Made from the program's table of options: MadeFileTests.\n\n");
        text.Append($"complete -c {program.Name} -f\n");
        if (program.Commands.Count == 0)
        {
            string two = string.Join(' ', program.Options.Where(static option => option.Values.Count > 1).SelectMany(static option => option.Names));
            text.Append($"""

                # Options stand before the URLs, and not where an option has its second value.
                function __{program.Name}_takes_options
                    set -l words (commandline -opc)
                    not string match -q -- '*://*' $words; and not contains -- "$words[-2]" {two}
                end


                """.Replace("\r", "", StringComparison.Ordinal));
            AppendOptions(text, program.Name, $"__{program.Name}_takes_options", program.Options);
            return text.ToString();
        }

        AppendOptions(text, program.Name, "__fish_use_subcommand", program.Options);
        foreach (CompletedCommand command in program.Commands)
        {
            text.Append($"complete -c {program.Name} -n __fish_use_subcommand -a {command.Name} -d {Quoted(command.Text.Split(". ")[0].TrimEnd('.'))}\n");
        }

        foreach (CompletedCommand command in program.Commands)
        {
            AppendOptions(text, program.Name, $"__fish_seen_subcommand_from {command.Name}", command.Options);
        }

        return text.ToString();
    }

    private static void AppendOptions(StringBuilder text, string program, string condition, IReadOnlyList<CompletedOption> options)
    {
        foreach (CompletedOption option in options)
        {
            text.Append($"complete -c {program} -n {Quoted(condition)}");
            foreach (string name in option.Names)
            {
                // A single letter as an old-style name: fish joins short options in one word, and the programs do not take that.
                text.Append(name.StartsWith("--", StringComparison.Ordinal) ? " -l " : " -o ").Append(name.TrimStart('-'));
            }

            if (option.Values.Count > 0)
            {
                text.Append(option.TakesFile ? " -r -F" : " -x");
            }

            if (option.Words.Count > 0)
            {
                text.Append($" -a {Quoted(string.Join(' ', option.Words))}");
            }

            text.Append($" -d {Quoted(option.ShortText)}\n");
        }
    }

    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
