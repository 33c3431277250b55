using System.Text;

namespace FastRtspProxy.Tests.Documents.Completions;

/// <summary>Completions for bash 4 and later, with bash-completion or without.</summary>
internal static class BashScript
{
    /// <summary>
    /// Bash cuts words at <c>=</c> and <c>:</c> too, so they are put together again first: a word begins where the line has a blank.
    /// </summary>
    private const string Words = """
            local -a words=()
            local word line=${COMP_LINE:0:COMP_POINT} i
            for ((i = 0; i <= COMP_CWORD; i++)); do
                word=${COMP_WORDS[i]}
                ((i < COMP_CWORD)) || word=${line#"${line%%[![:space:]]*}"}
                if ((${#words[@]} == 0)) || [[ $line == [[:space:]]* || -z $line ]]; then
                    words+=("$word")
                else
                    words[-1]+=$word
                fi
                line=${line#"${line%%[![:space:]]*}"}
                line=${line#"$word"}
            done

        """;

    public static string Made(CompletedProgram program)
    {
        StringBuilder text = new($"# bash completion for {program.Name}. Made from the program's table of options: MadeFileTests.\n\n");
        text.Append($"_{program.Name}() {{\n").Append(Words).Replace("\r", "");
        text.Append("    local cur=${words[-1]} name='' takes=0").Append(program.Commands.Count > 0 ? " command=''\n" : "\n");
        text.Append("    COMPREPLY=()\n");
        text.Append("    for word in \"${words[@]:1:${#words[@]}-2}\"; do\n");
        text.Append("        if ((takes > 0)); then\n            ((takes--))\n            continue\n        fi\n");
        text.Append("        name=$word\n        case $word in\n            --*=*) ;;\n");
        AppendArities(text, program, "            ");
        text.Append("            -*) ;;\n");
        text.Append(program.Commands.Count > 0 ? "            *) command=${command:-$word} ;;\n" : "            *) return 0 ;; # options stand before the URLs\n");
        text.Append("        esac\n    done\n");
        text.Append("    if ((takes == 0)) && [[ $cur == --*=* ]]; then\n        name=${cur%%=*}\n        cur=${cur#*=}\n        takes=1\n    fi\n");
        text.Append("    if ((takes > 0)); then\n");
        text.Append(program.Commands.Count > 0 ? "        case \"$command $name\" in\n" : "        case $name in\n");
        AppendValues(text, program);
        text.Append("        esac\n        return 0\n    fi\n");
        if (program.Commands.Count == 0)
        {
            text.Append("    [[ $cur == -* ]] && ").Append(Offer(program.Options.SelectMany(static option => option.Names))).Append('\n');
        }
        else
        {
            text.Append("    case $command in\n        '')\n            if [[ $cur == -* ]]; then\n                ");
            text.Append(Offer(program.Options.SelectMany(static option => option.Names))).Append("\n            else\n                ");
            text.Append(Offer(program.Commands.Select(static command => command.Name))).Append("\n            fi\n            ;;\n");
            foreach (CompletedCommand command in program.Commands)
            {
                text.Append($"        {command.Name}) [[ $cur == -* ]] && {Offer(command.Options.SelectMany(static option => option.Names))} ;;\n");
            }

            text.Append("    esac\n");
        }

        return text.Append($"    return 0\n}}\n\ncomplete -F _{program.Name} {program.Name}\n").ToString();
    }

    private static void AppendArities(StringBuilder text, CompletedProgram program, string indent)
    {
        IEnumerable<CompletedOption> all = program.Options.Concat(program.Commands.SelectMany(static command => command.Options));
        foreach (IGrouping<int, CompletedOption> group in all.Where(static option => option.Values.Count > 0).GroupBy(static option => option.Values.Count).OrderBy(static group => group.Key))
        {
            IEnumerable<string> names = group.SelectMany(static option => option.Names).Distinct();
            text.Append(indent).Append(string.Join(" | ", names)).Append($") takes={group.Key} ;;\n");
        }
    }

    private static void AppendValues(StringBuilder text, CompletedProgram program)
    {
        foreach (CompletedOption option in program.Options)
        {
            AppendValue(text, string.Join(" | ", option.Names), option);
        }

        foreach (CompletedCommand command in program.Commands)
        {
            foreach (CompletedOption option in command.Options)
            {
                AppendValue(text, string.Join(" | ", option.Names.Select(name => $"\"{command.Name} {name}\"")), option);
            }
        }
    }

    private static void AppendValue(StringBuilder text, string pattern, CompletedOption option)
    {
        List<string> offers = [];
        if (option.Words.Count > 0)
        {
            offers.Add($"COMPREPLY+=($(compgen -W '{string.Join(' ', option.Words)}' -- \"$cur\"))");
        }

        if (option.TakesFile)
        {
            offers.Add("compopt -o filenames 2>/dev/null");
            offers.Add("while IFS= read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen -f -- \"$cur\")");
        }

        if (offers.Count > 0)
        {
            text.Append($"            {pattern})\n{string.Concat(offers.Select(static offer => $"                {offer}\n"))}                ;;\n");
        }
    }

    private static string Offer(IEnumerable<string> words) => $"COMPREPLY=($(compgen -W '{string.Join(' ', words)}' -- \"$cur\"))";
}
