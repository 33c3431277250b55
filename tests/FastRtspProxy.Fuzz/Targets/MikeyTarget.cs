using FastRtspProxy.Protocol.Srtp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>MIKEY messages: what is cut off is no message, and what can be used says the same when it is written and read back.</summary>
internal sealed class MikeyTarget : FuzzTarget
{
    public override string Name => "mikey";

    public override int FixedBytes => 2048;

    public override int BytesPerInputByte => 16;

    public override void Parse(ReadOnlySpan<byte> input) => _ = MikeyMessage.TryParse(input, out _, out _);

    public override void Check(ReadOnlySpan<byte> input)
    {
        bool isUsable = MikeyMessage.TryParse(input, out SrtpPolicy? policy, out SrtpDefect defect);
        Property.Equal(isUsable, defect == SrtpDefect.None);
        Property.Equal(isUsable, policy is not null);
        if (policy is null)
        {
            return;
        }

        CheckPolicy(policy);
        byte[] written = MikeyMessage.Write(policy, new SrtpSource(0x01020304, 5), DateTimeOffset.UnixEpoch);
        Property.Holds(MikeyMessage.TryParse(written, out SrtpPolicy? again, out _), "a message that was written can be read");
        Property.Equal(policy.Suite, again!.Suite);
        Property.Equal((policy.EncryptsRtp, policy.EncryptsRtcp), (again.EncryptsRtp, again.EncryptsRtcp));
        Property.Holds(policy.Keys[0].Key.SequenceEqual(again.Keys[0].Key) && policy.Keys[0].Salt.SequenceEqual(again.Keys[0].Salt), "a key reads back");
        Property.Holds(policy.Keys[0].Mki.SequenceEqual(again.Keys[0].Mki), "an identifier reads back");
        Property.Equal(5u, again.RolloversOf(0x01020304));
        foreach (int cut in Cuts.Of(written))
        {
            if (cut < written.Length)
            {
                Property.Holds(!MikeyMessage.TryParse(written.AsSpan(0, cut), out _, out _), "a part of a message is none");
            }
        }
    }

    /// <summary>What every policy keeps, whoever said it.</summary>
    public static void CheckPolicy(SrtpPolicy policy)
    {
        Property.Holds(policy.Keys.Count is > 0 and <= SrtpPolicy.KeysMax, "there are keys, and not too many");
        foreach (SrtpKey key in policy.Keys)
        {
            Property.Equal((policy.Suite.KeyBytes, policy.Suite.SaltBytes), (key.Key.Length, key.Salt.Length));
            Property.Equal(policy.MkiBytes, key.Mki.Length);
            Property.Holds(policy.Keys.Count == 1 || key.Mki.Length > 0, "several keys are told apart");
        }
    }
}
