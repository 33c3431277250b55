using System.Text;
using FastRtspProxy.Tests.Documents.Completions;

namespace FastRtspProxy.Tests.Documents;

/// <summary>docs/rtspsim.1.</summary>
internal static class SimulatorManPage
{
    public static string Made()
    {
        CompletedProgram program = CompletedProgram.Simulator;
        StringBuilder page = Roff.Begin("rtspsim", 1, "User Commands");
        page.Section("NAME").Append("rtspsim \\- simulated RTSP cameras, and crowds of RTSP clients\n");
        page.Section("SYNOPSIS");
        for (int i = 0; i < program.Commands.Count; i++)
        {
            CompletedCommand command = program.Commands[i];
            string argument = command.Argument.Length == 0 ? "" : $" \\fI{Roff.Escape(command.Argument)}\\fR";
            page.Append(i > 0 ? ".br\n" : "").Append($".B rtspsim {command.Name}\n[options]{argument}\n");
        }

        page.Section("DESCRIPTION").Text(program.Text);
        foreach (CompletedCommand command in program.Commands)
        {
            page.Section(command.Name.ToUpperInvariant()).Text(command.Text);
            if (command.ArgumentText.Length > 0)
            {
                page.Entry(command.Argument, command.ArgumentText);
            }

            foreach (CompletedOption option in command.Options)
            {
                string head = string.Join(", ", option.Names) + string.Concat(option.Values.Select(static value => " " + value));
                page.Entry(head, option.Default is null ? option.Text : $"{option.Text} ({option.Default})");
            }
        }

        page.Section("EXAMPLES").Text("A camera that loses one packet in a hundred, and a hundred viewers of it for ten seconds:");
        page.Example("rtspsim camera --port 8554 --fail loss=1%\nrtspsim load -n 100 rtsp://127.0.0.1:8554/stream");
        return page.SeeAlso("fastrtspproxy(1)").ToString();
    }
}
