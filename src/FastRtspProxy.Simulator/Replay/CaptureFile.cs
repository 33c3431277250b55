#pragma warning disable RS0030 // inside Outbound
using FastRtspProxy.Captures;
using FastRtspProxy.Net;
using FastRtspProxy.SimulatedCamera.Replay;

namespace FastRtspProxy.Simulator.Replay;

/// <summary>A capture that the user names.</summary>
internal static class CaptureFile
{
    /// <summary>The recording, or a sentence that says what is wrong with the file.</summary>
    public static Task<(Recording? Recording, string Error)> LoadAsync(string file) => Outbound.RunAsync(() => Task.FromResult(Load(file)));

    private static (Recording? Recording, string Error) Load(string file)
    {
        try
        {
            return (Recording.Load(new FileStream(file, FileMode.Open, FileAccess.Read)), string.Empty);
        }
        catch (CaptureDefectException e)
        {
            return (null, $"{file}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"{file}: {e.Message}");
        }
    }
}
