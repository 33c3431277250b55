using System.Text;

namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>The bytes of a configuration file as text: UTF-8 and nothing else, with or without its mark at the beginning.</summary>
internal static class ConfigText
{
    /// <summary>Five thousand streams with ten keys each; what is larger is no configuration but a mistake.</summary>
    public const int BytesMax = 1 << 20;

    /// <summary>False with an error when it is no text that could be a configuration.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, ConfigRemarks remarks, out string text)
    {
        text = "";
        if (bytes.Length > BytesMax)
        {
            remarks.Error(ConfigPlace.WholeFile, "the file is larger than 1 MB: is it a configuration?");
            return false;
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]) || IsWide(bytes))
        {
            remarks.Error(ConfigPlace.WholeFile, "the file is UTF-16 or UTF-32: save it as UTF-8");
            return false;
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]))
        {
            bytes = bytes[3..];
        }

        int bad = FirstBadByte(bytes);
        if (bad >= 0)
        {
            ReadOnlySpan<byte> before = bytes[..bad];
            int line = 1 + before.Count((byte)'\n');
            remarks.Error(new ConfigPlace(null, line, bad - before.LastIndexOf((byte)'\n')), bytes[bad] == 0
                ? "the file holds a zero byte, so it is no text"
                : "the file is not UTF-8: save it so");
            return false;
        }

        text = Encoding.UTF8.GetString(bytes);
        if (!string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        remarks.Error(ConfigPlace.WholeFile, "the file is empty: is somebody writing it just now?");
        return false;
    }

    /// <summary>Every second byte of its beginning is zero: UTF-16 without its mark.</summary>
    private static bool IsWide(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 4 && ((bytes[0] == 0 && bytes[2] == 0) || (bytes[1] == 0 && bytes[3] == 0));

    private static int FirstBadByte(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (at < bytes.Length)
        {
            if (bytes[at] == 0 || Rune.DecodeFromUtf8(bytes[at..], out _, out int length) != System.Buffers.OperationStatus.Done)
            {
                return at;
            }

            at += length;
        }

        return -1;
    }
}
