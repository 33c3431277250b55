using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>Debian's etcd on ports that are free, of one member, with TLS and client certificates.</summary>
internal sealed class EtcdProcess : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client;

    private EtcdProcess(Process process, HttpClient client, string url)
    {
        _process = process;
        _client = client;
        Url = url;
    }

    public string Url { get; }

    /// <param name="folder">For its data.</param>
    /// <param name="pathOf">Where <c>ca.pem</c>, <c>box.pem</c> and <c>box.key</c> are.</param>
    public static async Task<EtcdProcess> StartAsync(string folder, Func<string, string> pathOf)
    {
        SocketsHttpHandler handler = new() { UseProxy = false };
        handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile(pathOf("box.pem"), pathOf("box.key"))];
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(pathOf("ca.pem")) },
        };
        HttpClient client = new(handler);
        for (int tried = 1; ; tried++)
        {
            string url = $"https://127.0.0.1:{FreePort()}";
            string peers = $"http://127.0.0.1:{FreePort()}";
            ProcessStartInfo info = new("/usr/bin/etcd") { RedirectStandardError = true, RedirectStandardOutput = true };
            foreach (string argument in (string[])[
                "--name", "one", "--data-dir", Path.Combine(folder, $"data{tried}"), "--listen-client-urls", url, "--advertise-client-urls", url,
                "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", $"one={peers}", "--log-level", "error",
                "--cert-file", pathOf("box.pem"), "--key-file", pathOf("box.key"), "--client-cert-auth", "--trusted-ca-file", pathOf("ca.pem")])
            {
                info.ArgumentList.Add(argument);
            }

            Process process = Process.Start(info)!;
            process.OutputDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            EtcdProcess etcd = new(process, client, url);
            await Until.TrueAsync(async () => process.HasExited || await etcd.TryAskAsync("/v3/maintenance/status", "{}"), 60);
            if (!process.HasExited || tried == 5)
            {
                return etcd;
            }
        }
    }

    /// <summary>From now on it asks for the log-in of root.</summary>
    public async Task LogInsAsync(string password)
    {
        (string Path, string Body)[] steps =
        [
            ("role/add", "{\"name\":\"root\"}"),
            ("user/add", $$"""{"name":"root","password":"{{password}}"}"""),
            ("user/grant", "{\"user\":\"root\",\"role\":\"root\"}"),
            ("enable", "{}"),
        ];
        foreach ((string path, string body) in steps)
        {
            await Until.TrueAsync(() => TryAskAsync("/v3/auth/" + path, body), detail: () => path);
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _client.Dispose();
    }

    private async Task<bool> TryAskAsync(string path, string body)
    {
        try
        {
            using StringContent content = new(body, Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await _client.PostAsync(new Uri(Url + path), content);
            string text = await response.Content.ReadAsStringAsync(); // a question whose answer came too late was taken
            return response.StatusCode == HttpStatusCode.OK || text.Contains("already", StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
