namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>
/// Beginnings of command lines, each a program that takes something away and then becomes the program that follows (execve(2)), so that its process is the program's. System calls are taken away by
/// <see cref="Refusal"/>.
/// </summary>
internal static class Launchers
{
    /// <summary>So many descriptors, soft limit and hard.</summary>
    public static string[] WithDescriptors(int limit) => Shell($"ulimit -n {limit} && exec \"$@\"");

    /// <summary>Redirections of the shell: <c>2&gt;&amp;-</c> starts the program without standard error.</summary>
    public static string[] Redirected(string redirections) => Shell($"exec \"$@\" {redirections}");

    /// <summary>The same in a mount namespace in which /dev is empty, as in a bare root.</summary>
    public static string[] RedirectedWithoutDevices(string redirections) => [.. Mounts("mount -t tmpfs none /dev"), .. Redirected(redirections)];

    /// <summary>A hang-up is ignored, as nohup does it.</summary>
    public static string[] IgnoringHangUp() => Shell("trap '' HUP; exec \"$@\"");

    /// <summary>No libssl and libcrypto: in a mount namespace of its own, an empty file stands in the place of each.</summary>
    public static string[] WithoutOpenSsl() => Mounts(
        "for f in $(find /usr/lib /lib /usr/local/lib -name 'libssl.so*' -o -name 'libcrypto.so*'); do [ -L \"$f\" ] || mount --bind /dev/null \"$f\"; done");

    /// <summary>A libssl that loads and lacks everything: libz in its place, which is there wherever a program of ours was linked.</summary>
    public static string[] WithAnEmptyOpenSsl() => Mounts(
        "z=$(find /usr/lib /lib -name 'libz.so.1*' -type f | head -n 1); for f in $(find /usr/lib /lib /usr/local/lib -name 'libssl.so*'); do [ -L \"$f\" ] || mount --bind \"$z\" \"$f\"; done");

    /// <summary>Certificates stand where SUSE keeps them and nowhere else; the one is this file.</summary>
    public static string[] WithCertificatesOfSuse(string certificate) => Mounts(
        $"unset SSL_CERT_FILE SSL_CERT_DIR; mount -t tmpfs none /usr/lib/ssl && mount -t tmpfs none /etc/ssl && cat '{certificate}' > /etc/ssl/ca-bundle.pem");

    /// <summary>That folder is the root, the image's user the user; who is not root has a user namespace for it.</summary>
    public static string[] InRoot(string folder) =>
        Environment.UserName == "root" ? ["/usr/sbin/chroot", "--userspec=65532:65532", folder] : InRootOfAUserNamespace(folder);

    /// <summary>That folder is the root, in a user namespace of a user without rights.</summary>
    public static string[] InRootOfAUserNamespace(string folder) =>
        [.. Environment.UserName == "root" ? (string[])["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [],
            "/usr/bin/unshare", "--map-root-user", $"--root={folder}"];

    private static string[] Shell(string script) => ["/bin/sh", "-c", script, "sh"];

    // Root may make a mount namespace; others first get a user namespace in which they are.
    private static string[] Mounts(string script) =>
        ["/usr/bin/unshare", .. Environment.UserName == "root" ? (string[])["--mount"] : ["--map-root-user", "--mount"], "/bin/sh", "-c", $"set -e; {script}; exec \"$@\"", "sh"];
}
