using System.Text;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>Files that somebody damaged: an answer always comes, and never with a secret in it.</summary>
public sealed class RandomConfigTests
{
    private const string Secret = "geheim";

    private const string Whole = """
        log: {level: info, format: text}
        limits:
          viewers: 100
          memory: 64M
        auth:
          digest: [md5, sha-256]
          users:
            - {name: viewer, password: "geheim", roles: [view]}
            - name: guard
              password: 'geheim'
              roles: &r [view]
          roles:
            view: {may: [read], streams: ["gate/*"], from: [10.0.0.0/8]}
        defaults:
          linger: 10s
          username: "u"
          password: geheim
        streams:
          gate/1:
            source: rtsp://u:geheim@192.0.2.9/a
            allow: {roles: *r}
          "lobby-*": {source: "rtsp://192.0.2.9/${1}", maxInstances: 5}

        """;

    private static readonly string[] s_pieces =
        [
            "{",
            "}",
            "[",
            "]",
            "\"",
            "'",
            ":",
            ": ",
            "-",
            "- ",
            "\n",
            "\n  ",
            "\t",
            "&a ",
            "*a",
            "!",
            "|",
            ">",
            "#",
            "%",
            "@",
            "`",
            "?",
            ",",
            "<<: ",
            "---\n",
            "...",
            "null",
            "~",
            "${env:X}",
            "${",
            "$$",
            "\\",
            "\u00e9",
            "\U0001f600",
            "\u2028",
            "\0",
            "0",
            "\r\n",
        ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Load_DamagedFile_IsAnsweredWithoutASecret(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 1500; i++)
        {
            StringBuilder text = new(Whole);
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(text.Length);
                switch (random.Next(3))
                {
                    case 0:
                        text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at));
                        break;
                    case 1:
                        text.Insert(at, s_pieces[random.Next(s_pieces.Length)]);
                        break;
                    default:
                        text.Length = Math.Max(1, at);
                        break;
                }
            }

            LoadedConfig loaded = new ConfigBench().Load(text.ToString());

            Assert.True(loaded.Config is not null || loaded.Remarks.Any(static remark => !remark.IsWarning), text.ToString());
            Assert.All(loaded.Remarks, static remark => Assert.DoesNotContain('\n', remark.Text));
            string lines = string.Join('\n', loaded.Lines);
            Assert.True(!lines.Contains(Secret, StringComparison.Ordinal) || !IsIntact(text.ToString()), $"{text}\n{lines}");
        }
    }

    /// <summary>Each secret stands where it stood: what damage has made a key or another value is no secret any more to a reader.</summary>
    private static bool IsIntact(string text) =>
        text.Contains("password: \"geheim\",", StringComparison.Ordinal) && text.Contains("password: 'geheim'\n", StringComparison.Ordinal)
        && text.Contains("\n  password: geheim\n", StringComparison.Ordinal)
            && text.Contains("source: rtsp://u:geheim@192.0.2.9/a\n", StringComparison.Ordinal);
}
