using System.Text;

namespace FastRtspProxy.Tests.Documents.Completions;

/// <summary>Completions for zsh: a function of the completion system (compinit) for its <c>_arguments</c>.</summary>
internal static class ZshScript
{
    public static string Made(CompletedProgram program)
    {
        StringBuilder text = new($"#compdef {program.Name}\n# Made from the program's table of options: MadeFileTests.\n\n");
        if (program.Commands.Count == 0)
        {
            text.Append("# Options stand before the URLs.\n_arguments -S -A '-*' \\\n");
            AppendOptions(text, program.Options, "    ");
            return text.Append("    '*:URL:'\n").ToString();
        }

        text.Append("local curcontext=$curcontext state line ret=1\ntypeset -A opt_args\n\n_arguments -C -S \\\n");
        AppendOptions(text, program.Options, "    ");
        string commands = string.Join(' ', program.Commands.Select(static command => $"{command.Name}\\:{Quoted(FirstSentence(command.Text))}"));
        text.Append($"    '1:command:(({commands}))' \\\n    '*::argument:->arguments' && ret=0\n\n");
        text.Append("[[ $state == arguments ]] || return ret\ncase $words[1] in\n");
        foreach (CompletedCommand command in program.Commands)
        {
            text.Append($"    {command.Name})\n        _arguments -S \\\n");
            AppendOptions(text, command.Options, "            ");
            string argument = command.Argument.Length > 0 ? $"*:{command.Argument}:" : "*:nothing more:";
            text.Append($"            '{argument}' && ret=0\n        ;;\n");
        }

        return text.Append("esac\nreturn ret\n").ToString();
    }

    private static void AppendOptions(StringBuilder text, IReadOnlyList<CompletedOption> options, string indent)
    {
        foreach (CompletedOption option in options)
        {
            foreach (string name in option.Names)
            {
                string before = option.Repeats ? "*" : option.Names.Count > 1 ? $"({string.Join(' ', option.Names)})" : "";
                string equals = option.Values.Count == 1 && name.StartsWith("--", StringComparison.Ordinal) ? "=" : "";
                string values = string.Concat(option.Values.Select(value => $":{Escaped(value)}:{Action(option)}"));
                text.Append($"{indent}'{before}{name}{equals}[{Escaped(option.ShortText)}]{values}' \\\n");
            }
        }
    }

    private static string Action(CompletedOption option) => (option.Words.Count > 0, option.TakesFile) switch
    {
        (true, true) => $"_alternative \"words\\:word\\:({string.Join(' ', option.Words)})\" \"files\\:file\\:_files\"",
        (true, false) => $"({string.Join(' ', option.Words)})",
        (false, true) => "_files",
        _ => " ",
    };

    private static string FirstSentence(string text) => text.Split(". ")[0].TrimEnd('.');

    private static string Quoted(string text) => $"\"{Escaped(text)}\"";

    /// <summary>For a specification within single quotes.</summary>
    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal).Replace(
        "[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal).Replace("'", "'\\''", StringComparison.Ordinal);
}
