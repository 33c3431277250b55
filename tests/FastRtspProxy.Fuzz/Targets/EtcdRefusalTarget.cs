using FastRtspProxy.Operations.Cluster.Etcd;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// What an etcd says instead of an answer, or whatever stands before it: its words are one line, and neither our password, nor our token, nor anything of a request is among them.
/// </summary>
internal sealed class EtcdRefusalTarget : FuzzTarget
{
    private const int Status = 401;
    private const string Password = "top-secret";
    private const string Token = "token.17";

    public override string Name => "etcd-refusal";

    /// <summary>What is no JSON costs an exception.</summary>
    public override int FixedBytes => 32 * 1024;

    /// <summary>The document twice, its words, and these masked as those of anybody are.</summary>
    public override int BytesPerInputByte => 192;

    public override void Parse(ReadOnlySpan<byte> input) => _ = Read(input);

    public override void Check(ReadOnlySpan<byte> input)
    {
        string words = Read(input).Words;
        Property.Holds(!words.Contains(Password, StringComparison.Ordinal) && !words.Contains(Token, StringComparison.Ordinal), "no secret is said");
        Property.Holds(!words.Contains('{', StringComparison.Ordinal), "nothing of a request is said");
        Property.Holds(words.All(static c => c == '\t' || !char.IsControl(c)), "it is one line");
    }

    private static EtcdRefusal Read(ReadOnlySpan<byte> input) => EtcdRefusal.Read(Status, FuzzText.Of(input), Password, Token);
}
