using System.Text;

namespace FastRtspProxy.Tests.Documents;

/// <summary>Manual pages in man(7): their head, and texts so that no word of them is taken for a request.</summary>
internal static class Roff
{
    /// <summary>mandoc's lint speaks of longer lines.</summary>
    private const int WidthColumns = 78;

    /// <summary>Comment and title; the date is that of the newest release.</summary>
    public static StringBuilder Begin(string name, int section, string manual)
    {
        string day = Repository.Text("CHANGELOG.md").Split("\n## [").Select(static part => part.Split('\n')[0])
            .First(static head => head.Contains("] - ", StringComparison.Ordinal)).Split("] - ")[1];
        return new StringBuilder(".\\\" Made from the program's table of options and keys: MadeFileTests.\n").Append(
            $".TH {name.ToUpperInvariant()} {section} {day} \"FastRtspProxy {ProgramVersion.Text}\" \"{manual}\"\n");
    }

    /// <summary>A section: <c>SYNOPSIS</c>.</summary>
    public static StringBuilder Section(this StringBuilder page, string title) => page.Append(".SH ").Append(title).Append('\n');

    /// <summary>A paragraph of plain text, the first of its section or not.</summary>
    public static StringBuilder Paragraph(this StringBuilder page, string text) => page.Append(".P\n").Text(text);

    /// <summary>Plain text, in lines.</summary>
    public static StringBuilder Text(this StringBuilder page, string text)
    {
        int column = 0;
        foreach (string word in text.Split(' '))
        {
            string escaped = Escape(word);
            if (column > 0 && column + 1 + escaped.Length > WidthColumns)
            {
                page.Append('\n');
                column = 0;
            }

            if (column > 0)
            {
                page.Append(' ');
                column++;
            }
            else if (escaped.StartsWith('.') || escaped.StartsWith('\''))
            {
                page.Append("\\&");
                column += 2;
            }

            page.Append(escaped);
            column += escaped.Length;
        }

        return page.Append('\n');
    }

    /// <summary>A term, and what it means, indented below it.</summary>
    public static StringBuilder Entry(this StringBuilder page, string head, string meaning) =>
        page.Append(".TP\n.B ").Append(Escape(head)).Append('\n').Text(meaning);

    /// <summary>Lines as they stand.</summary>
    public static StringBuilder Example(this StringBuilder page, string text) =>
        page.Append(".P\n.nf\n.RS 4\n").Append(Escape(text)).Append("\n.RE\n.fi\n");

    /// <summary>Names of other pages: <c>rtspsim(1)</c>.</summary>
    public static StringBuilder SeeAlso(this StringBuilder page, params string[] pages)
    {
        page.Section("SEE ALSO");
        for (int i = 0; i < pages.Length; i++)
        {
            string[] parts = pages[i].Split('(');
            page.Append($".BR {Escape(parts[0])} ({parts[1]}{(i < pages.Length - 1 ? " ," : "")}\n");
        }

        return page;
    }

    /// <summary>Hyphens are minus signs, so that options can be copied.</summary>
    public static string Escape(string text) =>
        text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal).Replace(
            "\"", "\\(dq", StringComparison.Ordinal).Replace("…", "...", StringComparison.Ordinal);
}
