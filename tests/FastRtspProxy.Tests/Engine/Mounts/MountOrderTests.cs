using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>Calls of one shard take effect in their order, the mount's own shard included: a rule of <see cref="IMount"/>.</summary>
public sealed class MountOrderTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private enum Call
    {
        Join,
        Leave,
        Prepare,
        Describe,
        LiveEdge,
    }

    /// <summary>Nothing is waited for between the two calls of a pair, as with PAUSE and PLAY in one segment.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PairOfCalls_FromOneShard_TheLaterOneStands(bool onMountShard)
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create(alwaysOn: true, clientsMax: 1);
        await Until.TrueAsync(() => mount.State == StreamState.Playing);
        RecordingClient client = fixture.Client();
        RecordingClient other = fixture.Client();
        Shard caller = onMountShard ? fixture.MountShard : client.Shard;
        List<string> wrong = [];
        foreach (bool joinedBefore in (bool[])[false, true])
        {
            foreach (Call first in Enum.GetValues<Call>())
            {
                foreach (Call second in Enum.GetValues<Call>())
                {
                    Call[] calls = joinedBefore ? [Call.Join, first, second] : [first, second];
                    await caller.RunAsync(() => Task.WhenAll(calls.Select(call => Do(mount, client, call)).ToArray())).WaitAsync(s_limit);

                    // The only place is taken by the client, if it has joined last.
                    bool hasJoined = calls.LastOrDefault(static call => call is Call.Join or Call.Leave, Call.Leave) == Call.Join;
                    PlayOutcome outcome = (await mount.JoinAsync(other, PlayWish.Everything).WaitAsync(s_limit)).Outcome;
                    if (outcome != (hasJoined ? PlayOutcome.Full : PlayOutcome.Playing))
                    {
                        wrong.Add(string.Join(", ", calls) + ": " + outcome);
                    }

                    mount.Leave(client);
                    mount.Leave(other);
                }
            }
        }

        Assert.Empty(wrong);
    }

    /// <summary>What a SETUP prepares is over with the PLAY behind it, and not with the one before it.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task PrepareAndJoin_FromOneShard_TheCameraIsKeptForASetupBehindThePlayOnly(bool onMountShard, bool joinsFirst)
    {
        await using MountFixture fixture = new(new FakeTimeProvider())
        {
            Timings = new() { Linger = TimeSpan.FromSeconds(1), Join = TimeSpan.FromMinutes(5) },
            BackendTimings = new() { DeadStream = TimeSpan.Zero },
        };
        fixture.Camera.TimeoutSeconds = 6000;
        Mount mount = fixture.Create();
        (RecordingClient before, _) = await fixture.JoinAsync(mount);
        RecordingClient client = fixture.Client();
        Shard caller = onMountShard ? fixture.MountShard : client.Shard;
        Call[] calls = joinsFirst ? [Call.Join, Call.Prepare] : [Call.Prepare, Call.Join];
        await caller.RunAsync(() => Task.WhenAll(calls.Select(call => Do(mount, client, call)).ToArray())).WaitAsync(s_limit);
        mount.Leave(before);
        mount.Leave(client);
        await Until.TrueAsync(() => mount.State == StreamState.Lingering);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));

        if (joinsFirst)
        {
            for (int turn = 0; turn < 5; turn++)
            {
                await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
            }

            Assert.Equal((StreamState.Lingering, 0), (mount.State, fixture.Camera.Count("TEARDOWN")));
        }
        else
        {
            await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task JoinLeaveJoin_WhileTheCameraIsAsked_TheFirstIsGoneAndTheSecondPlays(bool onMountShard)
    {
        await using MountFixture fixture = new()
        {
            Timings = PatientTimings.OfMount with { Join = TimeSpan.FromMinutes(5) },
            BackendTimings = PatientTimings.OfBackend with { Answer = TimeSpan.FromMinutes(5) },
        };
        fixture.Camera.Script = r => r.Method == "PLAY" ? new ScriptedReply { Silent = true } : null;
        Mount mount = fixture.Create(clientsMax: 1);
        RecordingClient client = fixture.Client();
        Shard caller = onMountShard ? fixture.MountShard : client.Shard;
        Task<PlayGrant> first = Task.FromResult<PlayGrant>(null!);
        Task<PlayGrant> second = first;
        await caller.RunAsync(() =>
        {
            first = mount.JoinAsync(client, PlayWish.Everything);
            mount.Leave(client);
            second = mount.JoinAsync(client, PlayWish.Everything);
            return Task.CompletedTask;
        });
        Assert.Equal(PlayOutcome.Gone, (await first.WaitAsync(s_limit)).Outcome);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 1);
        fixture.Camera.SendText($"RTSP/1.0 200 OK\r\nCSeq: {fixture.Camera.Requests.Last(r => r.Method == "PLAY").CSeq}\r\nSession: 12345678\r\n\r\n");

        Assert.Equal(PlayOutcome.Playing, (await second.WaitAsync(s_limit)).Outcome);
    }

    private static Task Do(Mount mount, MountClient client, Call call)
    {
        switch (call)
        {
            case Call.Join:
                return mount.JoinAsync(client, PlayWish.Everything);
            case Call.Describe:
                return mount.DescribeAsync(s_limit);
            case Call.LiveEdge:
                return mount.LiveEdgeAsync();
            case Call.Leave:
                mount.Leave(client);
                return Task.CompletedTask;
            default:
                mount.Prepare();
                return Task.CompletedTask;
        }
    }
}
