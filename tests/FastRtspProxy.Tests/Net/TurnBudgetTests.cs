using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

public sealed class TurnBudgetTests
{
    [Fact]
    public async Task Spend_WithinATurn_EndsAtEachLimitAndTheNextTurnBeginsAnew()
    {
        using ShardGroup shards = ShardGroup.Start(1, new FakeTimeProvider(), NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        await shard.RunAsync(async () =>
        {
            TurnBudget budget = default;
            for (int turn = 0; turn < 3; turn++)
            {
                Assert.True(budget.SpendBytes(shard, TurnBudget.BytesMax - 1));
                Assert.False(budget.SpendBytes(shard, 1));
                for (int i = 1; i < TurnBudget.RequestsMax; i++)
                {
                    Assert.True(budget.SpendRequest(shard));
                }

                Assert.False(budget.SpendRequest(shard));
                for (int i = 1; i < TurnBudget.FramesMax; i++)
                {
                    Assert.True(budget.SpendFrame(shard));
                }

                Assert.False(budget.SpendFrame(shard));
                Assert.True(budget.SpendRecords(shard, TurnBudget.RecordsMax - 1, TurnBudget.EncryptedBytesMax - 1));
                Assert.False(budget.SpendRecords(shard, 0, 1));
                Assert.False(budget.SpendRecords(shard, 1, 0));
                Assert.True(budget.IsSpent(shard));
                long before = shard.Turn;
                await shard.NextTurn();
                Assert.True(shard.Turn > before);
                Assert.True(shard.IsCurrent);
            }
        });
    }
}
