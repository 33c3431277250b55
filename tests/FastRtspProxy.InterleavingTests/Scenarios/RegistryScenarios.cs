using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.InterleavingTests.Scenarios;

/// <summary>Mounts that come by REGISTER and go by DEREGISTER, on any thread: the real directory and registry, with mounts that only say whether they were started and stopped in order.</summary>
internal static class RegistryScenarios
{
    private const int MaxRegistered = 2;

    private static readonly RtspUrl s_url = new("rtsp://camera/");

    [Scenario]
    public static void RegisterAndDeregister_AtOnce_WhatIsRegisteredIsFoundAndCanBeTakenAway()
    {
        MountDirectory mounts = new();
        MountRegistry registry = new(mounts, new MountFactory(new ProxyOptions(MaxRegistered)), static (_, _) => { });
        bool door = false;
        bool gate = false;
        bool isDoorRemoved = false;
        Thread[] threads =
        [
            new(() => door = Register(registry, "door") == RegisterOutcome.Accepted),
            new(() => gate = Register(registry, "gate") == RegisterOutcome.Accepted),
            new(() => isDoorRemoved = Deregister(registry, "door")),
        ];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Check(door && gate, "Both names were free, and there was room.");
        Check(mounts.Find("gate") is not null, "A mount that was registered is not found.");
        Check(mounts.Find("door") is null == isDoorRemoved, "A mount is found after its removal, or is not found without one.");
        Check(Deregister(registry, "gate"), "A mount cannot be taken away.");
        Check(Deregister(registry, "door") != isDoorRemoved, "A mount cannot be taken away, or can be twice.");
        Check(!mounts.Mounts.Any(), "A mount is left.");

        // Every place came back.
        Check(Register(registry, "one") == RegisterOutcome.Accepted && Register(registry, "two") == RegisterOutcome.Accepted, "A place was lost.");
        Check(Register(registry, "three") == RegisterOutcome.Full, "A place came back twice.");
    }

    [Scenario]
    public static void Register_NamesThatCollide_OneOfThemStands()
    {
        MountDirectory mounts = new();
        MountRegistry registry = new(mounts, new MountFactory(new ProxyOptions(MaxRegistered)), static (_, _) => { });
        int accepted = 0;
        Thread[] threads =
        [
            new(() => Interlocked.Add(ref accepted, Register(registry, "cam") == RegisterOutcome.Accepted ? 1 : 0)),
            new(() => Interlocked.Add(ref accepted, Register(registry, "cam/track1") == RegisterOutcome.Accepted ? 1 : 0)),
        ];
        threads[0].Start();
        threads[1].Start();
        threads[0].Join();
        threads[1].Join();
        Check(accepted == 1 && mounts.Mounts.Count() == 1, "A mount shadows another.");
        Check(Register(registry, "other") == RegisterOutcome.Accepted, "The one that was refused has kept its place.");
    }

    private static RegisterOutcome Register(MountRegistry registry, string name) => registry.RegisterAsync(new StreamRegistration(s_url, name)).GetAwaiter().GetResult();

    private static bool Deregister(MountRegistry registry, string name) => registry.DeregisterAsync(s_url, name).GetAwaiter().GetResult() == DeregisterOutcome.Removed;

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
