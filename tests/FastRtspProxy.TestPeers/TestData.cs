namespace FastRtspProxy.TestPeers;

/// <summary>The files of testdata/, which the build copies beside the tests.</summary>
public static class TestData
{
    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "testdata", name));

    public static string Text(string name) => System.Text.Encoding.Latin1.GetString(Bytes(name));
}
