using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Operations.Http;

/// <summary>
/// Kestrel's core without a web host: what <see cref="WebHostBuilderKestrelExtensions"/> registers, and what a host would have registered beside it.
/// A host would bring configuration files, pages for developers and routes along.
/// </summary>
internal sealed class KestrelServices : IWebHostBuilder, IAsyncDisposable
{
    private readonly ServiceCollection _services = [];
    private readonly ServiceProvider _provider;

    /// <param name="configure">Sets where it listens, and its limits.</param>
    /// <param name="register">Registers whence its connections come.</param>
    public KestrelServices(Action<IServiceCollection> register, Action<KestrelServerOptions> configure)
    {
        _services.AddOptions();
        _services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance); // what Kestrel says of each connection is nobody's news
        _services.AddSingleton<IMeterFactory>(new NoMeters());
        _services.AddSingleton<DiagnosticSource>(new DiagnosticListener("Microsoft.AspNetCore"));
        register(_services);
        this.UseKestrelCore().ConfigureKestrel(configure);
        _provider = _services.BuildServiceProvider();
        Server = _provider.GetRequiredService<IServer>();
    }

    public IServer Server { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    /// <inheritdoc/>
    public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
    {
        configureServices(_services);
        return this;
    }

    /// <inheritdoc/>
    public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices)
    {
        configureServices(new WebHostBuilderContext(), _services);
        return this;
    }

    /// <inheritdoc/>
    public IWebHostBuilder ConfigureAppConfiguration(Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) =>
        throw new NotSupportedException();

#pragma warning disable ASPDEPR008 // a member of the interface that Kestrel's registration takes
    /// <inheritdoc/>
    public IWebHost Build() => throw new NotSupportedException();
#pragma warning restore ASPDEPR008

    /// <inheritdoc/>
    public string? GetSetting(string key) => null;

    /// <inheritdoc/>
    public IWebHostBuilder UseSetting(string key, string? value) => this;
}
