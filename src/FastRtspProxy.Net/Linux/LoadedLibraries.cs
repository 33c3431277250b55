using System.Runtime.InteropServices;

namespace FastRtspProxy.Net.Linux;

/// <summary>The shared libraries that this process has loaded, as the loader knows them: no /proc is needed for it.</summary>
internal static unsafe partial class LoadedLibraries
{
    /// <summary>Offset of dlpi_name in struct dl_phdr_info, behind the address.</summary>
    private const int NameOffset = 8;

    /// <summary>Their paths; the program itself has none.</summary>
    public static IReadOnlyList<string> Paths()
    {
        List<string> paths = [];
        GCHandle handle = GCHandle.Alloc(paths);
        try
        {
            _ = Iterate(&Add, GCHandle.ToIntPtr(handle));
        }
        finally
        {
            handle.Free();
        }

        return paths;
    }

    [UnmanagedCallersOnly]
    private static int Add(byte* info, nuint size, nint list)
    {
        if (Marshal.PtrToStringUTF8(*(nint*)(info + NameOffset)) is { Length: > 0 } path)
        {
            ((List<string>)GCHandle.FromIntPtr(list).Target!).Add(path);
        }

        return 0;
    }

    /// <summary>dl_iterate_phdr(3).</summary>
    [LibraryImport("libc", EntryPoint = "dl_iterate_phdr")]
    private static partial int Iterate(delegate* unmanaged<byte*, nuint, nint, int> callback, nint data);
}
