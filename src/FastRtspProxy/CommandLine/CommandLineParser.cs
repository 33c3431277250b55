using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.CommandLine;

/// <summary>
/// The arguments, left to right: options first, then URLs. Short options are those of the LIVE555 Proxy Server with its grammar and its
/// refusals; what it wraps or ignores (<c>-p 70000</c>, <c>-p 8554abc</c>, <c>-vX</c>) is refused with a clear line.
/// </summary>
internal sealed class CommandLineParser
{
    private readonly IReadOnlyList<string> _arguments;
    private readonly ShortOptions _short;
    private readonly List<(string Name, string Value)> _long = [];
    private int _index;

    private CommandLineParser(IReadOnlyList<string> arguments, IConfigFiles files)
    {
        _arguments = arguments;
        _short = new ShortOptions(files);
    }

    /// <param name="arguments">Without the program's name.</param>
    /// <param name="files">Where passwords are that do not stand in the arguments; null: on this machine.</param>
    public static ParseOutcome Parse(IReadOnlyList<string> arguments, IConfigFiles? files = null)
    {
        return new CommandLineParser(arguments, files ?? DiskFiles.Instance).Parse();
    }

    private static ParseOutcome.Refuse Refuse(string line) => new(line);

    private ParseOutcome Parse()
    {
        for (; _index < _arguments.Count && _arguments[_index].StartsWith('-'); _index++)
        {
            string word = _arguments[_index];
            ParseOutcome? end = word.StartsWith("--", StringComparison.Ordinal) ? ReadLong(word) : ReadShort(word);
            if (end is not null)
            {
                return end;
            }
        }

        var urls = new List<string>();
        for (; _index < _arguments.Count; _index++)
        {
            if (CheckUrl(_arguments[_index]) is { } refusal)
            {
                return refusal;
            }

            urls.Add(_arguments[_index]);
        }

        return _short.FindConflict() is { } conflict ? Refuse(conflict) : OptionsBuilder.Build(_short, _long, urls);
    }

    /// <summary>-v before <c>--version</c>, or as the word after it.</summary>
    private bool IsVerbose() => _short.LogLevel is not null || (_index + 1 < _arguments.Count && _arguments[_index + 1] is "-v" or "-V");

    /// <summary>Returns how parsing ends here, or null to go on.</summary>
    private ParseOutcome? ReadLong(string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? word : word[..equals];
        if (word == "--help")
        {
            return new ParseOutcome.Print(HelpText.Help());
        }

        if (word == "--version")
        {
            return IsVerbose() ? new ParseOutcome.DescribeBuild() : new ParseOutcome.Print(HelpText.Version());
        }

        if (LongOptions.Find(name) is not { } option)
        {
            string near = Spelling.Nearest(name, LongOptions.Rows.Select(static row => row.Name)) is { } meant ? $"did you mean {meant}? " : "";
            return Refuse($"unknown option \"{name}\": {near}--help lists all of them");
        }

        string value = equals < 0 ? "" : word[(equals + 1)..];
        if (option.ValueName.Length == 0)
        {
            if (equals >= 0)
            {
                return Refuse($"option {name} takes no value: write {name} alone");
            }
        }
        else if ((equals < 0 && !TryTake(out value)) || value.Length == 0)
        {
            return Refuse($"option {name} needs a value: --help says which");
        }

        if (!option.Repeats)
        {
            // As with the short ones, the last one wins.
            _long.RemoveAll(given => given.Name == name);
        }

        _long.Add((name, value));
        return null;
    }

    private ParseOutcome.Refuse? ReadShort(string word)
    {
        if (word.Length < 2 || !ShortOptions.IsKnown(word[1]))
        {
            return Refuse($"unknown option \"{word}\": --help lists all of them");
        }

        if (word.Length > 2)
        {
            // Not quoted whole: what is glued to -u, -U or -C may be a password.
            return Refuse($"unknown option that begins with \"{word[..2]}\": short options stand alone, a value is the next word (-p 8554)");
        }

        int arity = ShortOptions.ArityOf(word[1]);
        string first = "";
        string second = "";
        if ((arity > 0 && !TryTake(out first)) || (arity > 1 && !TryTake(out second)))
        {
            return Refuse($"option {word} needs {(arity > 1 ? "two words after it: a user name and a password" : "a value after it")}");
        }

        return _short.TryApply(word[1], first, second, out string error) ? null : Refuse(error);
    }

    /// <summary>The next word whatever it is: "" and words with a dash are values too.</summary>
    private bool TryTake(out string word)
    {
        bool more = _index + 1 < _arguments.Count;
        word = more ? _arguments[++_index] : "";
        return more;
    }

    private static ParseOutcome.Refuse? CheckUrl(string word)
    {
        if (word.StartsWith('-'))
        {
            string name = word.StartsWith("--", StringComparison.Ordinal) ? word.Split('=')[0] : word[..Math.Min(2, word.Length)];
            return Refuse($"option {name} stands after a URL: options come first");
        }

        return BackendUrl.FindFault(word) is { } fault ? Refuse($"\"{BackendUrl.Redact(word)}\" {fault}") : null;
    }
}
