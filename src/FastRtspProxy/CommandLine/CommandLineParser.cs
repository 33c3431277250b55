using System.CommandLine;
using FastRtspProxy.Engine;

namespace FastRtspProxy.CommandLine;

/// <summary>
/// The arguments, left to right: options first, then URLs. Short options are those of the LIVE555 Proxy Server with its grammar and its
/// refusals; what it wraps or ignores (<c>-p 70000</c>, <c>-p 8554abc</c>, <c>-vX</c>) is refused with a clear line.
/// </summary>
internal sealed class CommandLineParser
{
    private readonly IReadOnlyList<string> _arguments;
    private readonly ShortOptions _short = new();
    private readonly LongOptions _long = new();
    private readonly List<(string Name, string Word)> _longWords = [];
    private int _index;

    private CommandLineParser(IReadOnlyList<string> arguments)
    {
        _arguments = arguments;
    }

    public static ParseOutcome Parse(IReadOnlyList<string> arguments)
    {
        return new CommandLineParser(arguments).Parse();
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

        ParseResult longOptions = _long.Parse([.. _longWords.Select(w => w.Word)]);
        return longOptions.Errors.Count > 0
            ? Refuse(longOptions.Errors[0].Message)
            : _short.FindConflict() is { } conflict ? Refuse(conflict) : OptionsBuilder.Build(_short, _long, longOptions, urls);
    }

    /// <summary>Returns how parsing ends here, or null to go on.</summary>
    private ParseOutcome? ReadLong(string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? word : word[..equals];
        if (word == "--help")
        {
            return new ParseOutcome.Print(HelpText.Help(_long));
        }

        if (word == "--version")
        {
            return new ParseOutcome.Print(HelpText.Version());
        }

        if (!_long.TryFind(name, out bool takesValue, out bool repeats))
        {
            return Refuse($"unknown option \"{name}\": --help lists all of them");
        }

        if (!takesValue)
        {
            if (equals >= 0)
            {
                return Refuse($"option {name} takes no value: write {name} alone");
            }
        }
        else if (equals < 0)
        {
            if (!TryTake(out string value) || value.Length == 0)
            {
                return Refuse($"option {name} needs a value: --help says which");
            }

            word = name + "=" + value;
        }
        else if (equals == word.Length - 1)
        {
            return Refuse($"option {name} needs a value: --help says which");
        }

        if (!repeats)
        {
            // As with the short ones, the last one wins.
            _longWords.RemoveAll(w => w.Name == name);
        }

        _longWords.Add((name, word));
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
