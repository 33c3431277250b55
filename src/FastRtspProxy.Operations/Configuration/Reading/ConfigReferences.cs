using System.Text;

namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>
/// What <c>${env:NAME}</c>, <c>${file:PATH}</c> and <c>${credential:NAME}</c> in a value of the hand-written file stand for. Only that file may have
/// them: sent by the API, <c>username: ${file:/etc/shadow}</c> would carry any file of this machine to a camera of the sender's choice. What comes
/// in their place is not looked at again, and <c>$$</c> is one <c>$</c>. <c>${1}</c> is left alone: it is a wildcard's.
/// </summary>
/// <param name="files">Reads what is named.</param>
/// <param name="folder">Of the file itself: relative paths begin there.</param>
/// <param name="environment">A variable, or null.</param>
internal sealed class ConfigReferences(IConfigFiles files, string folder, Func<string, string?> environment)
{
    /// <summary>Where systemd puts what LoadCredential= names (systemd.exec(5)).</summary>
    private const string CredentialsFolder = "CREDENTIALS_DIRECTORY";

    /// <summary>Files that others may read, each once.</summary>
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    /// <inheritdoc cref="_open"/>
    public IReadOnlyCollection<string> FilesOpenToOthers => _open;

    public bool TryReplace(string written, out string text, out string error)
    {
        var result = new StringBuilder(written.Length);
        text = written;
        error = "";
        for (int i = 0; i < written.Length; i++)
        {
            char next = i + 1 < written.Length ? written[i + 1] : '\0';
            if (written[i] != '$' || next is not ('$' or '{'))
            {
                result.Append(written[i]);
                continue;
            }

            if (next == '$')
            {
                result.Append('$');
                i++;
                continue;
            }

            int close = written.IndexOf('}', i);
            if (close < 0)
            {
                error = "\"${\" has no \"}\" behind it; a dollar sign before a brace is written $$";
                return false;
            }

            string name = written[(i + 2)..close];
            if (!TryFind(name, out string value, out error))
            {
                return false;
            }

            result.Append(value);
            i = close;
        }

        text = result.ToString();
        return true;
    }

    private static string Quote(string name) => $"\"${{{name}}}\"";

    private bool TryFind(string name, out string value, out string error)
    {
        value = "";
        error = "";
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        string argument = name[(colon + 1)..];
        switch (colon < 0 ? name : name[..colon])
        {
            case "env" when argument.Length > 0:
                value = environment(argument) ?? "";
                error = environment(argument) is null ? $"{Quote(name)}: the environment has no variable of that name" : "";
                return error.Length == 0;
            case "file" when argument.Length > 0:
                return TryFile(name, Path.Combine(folder, argument), out value, out error);
            case "credential" when argument.Length > 0:
                return TryCredential(name, argument, out value, out error);
            case "1":
                value = "${1}";
                return true;
            default:
                // Perhaps a part of a password that nobody meant as a reference, so it is not shown.
                error = "the \"${...}\" in it is none of ${env:NAME}, ${file:PATH} and ${credential:NAME}; a dollar sign before a brace is "
                    + "written $$";
                return false;
        }
    }

    private bool TryCredential(string name, string credential, out string value, out string error)
    {
        value = "";
        if (environment(CredentialsFolder) is not { Length: > 0 } credentials)
        {
            error = $"{Quote(name)}: the environment has no {CredentialsFolder}; systemd sets it for a service with LoadCredential=";
            return false;
        }

        if (credential.Contains('/', StringComparison.Ordinal) || credential is "." or "..")
        {
            error = $"{Quote(name)}: the name of a credential has no slash";
            return false;
        }

        return TryFile(name, Path.Combine(credentials, credential), out value, out error);
    }

    private bool TryFile(string name, string path, out string value, out string error)
    {
        value = "";
        error = "";
        SecretFile file = SecretFile.Read(files, path);
        if (file.Error is not null)
        {
            error = $"{Quote(name)}: {file.Error}";
            return false;
        }

        value = file.Text;
        if (file.IsOpenToOthers)
        {
            _open.Add(path);
        }

        return true;
    }
}
