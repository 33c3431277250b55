using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.CommandLine;

/// <summary>
/// The password behind -u, -U or -C. What stands in arguments every user of the machine can read (ps), so <c>@/run/secrets/cam</c> names a file that
/// holds it. Only a whole path does: a password that begins with @ alone stays what it is, and one that begins with @/ is written @@/.
/// </summary>
internal static class PasswordWord
{
    public static bool TryRead(IConfigFiles files, char option, string word, out string password, out string error)
    {
        password = word.StartsWith("@@/", StringComparison.Ordinal) ? word[1..] : word;
        error = "";
        if (!word.StartsWith("@/", StringComparison.Ordinal))
        {
            return true;
        }

        SecretFile file = SecretFile.Read(files, word[1..]);
        password = file.Text;
        error = file.Error is null
            ? ""
            : $"option -{option}: the file of the password, {file.Error} (a password that begins so itself is written @@/)";
        return file.Error is null;
    }
}
