using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>The parameters of REGISTER: a suffix that we accept is one that a player's URL finds.</summary>
internal sealed class RegisterTarget : FuzzTarget
{
    public override string Name => "register";

    public override int FixedBytes => 4096;

    public override int BytesPerInputByte => 64;

    public override void Parse(ReadOnlySpan<byte> input) => RegisterParameters.Parse(FuzzText.Of(input));

    public override void Check(ReadOnlySpan<byte> input)
    {
        RegisterParameters parameters = RegisterParameters.Parse(FuzzText.Of(input));
        if (parameters.Suffix is not { } suffix || !parameters.HasUsableSuffix)
        {
            return;
        }

        Property.Holds(suffix.Length is > 0 and <= 200 && !suffix.Contains(';', StringComparison.Ordinal), "a suffix is a short name");
        PathsAskedFor mounts = new();
        RequestTarget.Resolve($"rtsp://proxy:8554/{suffix}", mounts);
        Property.Holds(mounts.Paths.Contains(suffix), "a suffix that was accepted is what a URL with it asks for");
        mounts.Paths.Clear();
        RequestTarget.Resolve($"rtsp://proxy:8554/{suffix}/track1", mounts);
        Property.Holds(mounts.Paths.Contains(suffix), "the URL of a track asks for it too");
    }

    private sealed class PathsAskedFor : IMountDirectory
    {
        public HashSet<string> Paths { get; } = [];

        public IMount? Find(string path)
        {
            Paths.Add(path);
            return null;
        }
    }
}
