using FastRtspProxy.Engine.Delivery;

namespace FastRtspProxy.Tests.Engine.Delivery;

public sealed class TcpTurnTests
{
    [Fact]
    public void TryNext_SomeLeaveMeanwhile_EachIsServedOnce()
    {
        Random random = new(7);
        for (int count = 0; count < 12; count++)
        {
            for (int begin = 0; begin < Math.Max(1, count); begin++)
            {
                for (int trial = 0; trial < 50; trial++)
                {
                    List<int> viewers = [.. Enumerable.Range(0, count)];
                    List<int> served = [];
                    TcpTurn turn = new(begin, count);
                    while (turn.TryNext(out int place))
                    {
                        served.Add(viewers[place]);
                        if (random.Next(3) == 0)
                        {
                            viewers[place] = viewers[^1];
                            viewers.RemoveAt(viewers.Count - 1);
                            turn.OnLeft();
                        }
                    }

                    Assert.Equal(Enumerable.Range(0, count), served.Order());
                }
            }
        }
    }
}
