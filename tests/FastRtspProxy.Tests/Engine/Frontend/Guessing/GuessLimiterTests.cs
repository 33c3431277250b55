using System.Net;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Engine.Frontend.Guessing;

/// <summary>The decision itself, with a clock of the tests': who is judged when.</summary>
public sealed class GuessLimiterTests
{
    private const long Second = 1_000_000;

    private static readonly AddressGroup s_nat = AddressGroup.Of(IPAddress.Parse("192.0.2.7"));

    private readonly GuessLimiter _limiter = new();
    private readonly List<(long Micros, Ticket Ticket)> _judged = [];

    [Fact]
    public void Ask_ThreeWrongInARow_TheNextWaitForTheirTurn()
    {
        Assert.Equal([GuessAdmission.Judge, GuessAdmission.Judge, GuessAdmission.Judge, GuessAdmission.Wait, GuessAdmission.Wait], Wrong(5, 0).Select(t => t.Admission));

        RunUntil(10 * Second, 0);

        Assert.Equal([0, 0, 0, 200_000, 400_000], _judged.Select(j => j.Micros));
    }

    [Fact]
    public void Ask_AfterAPause_TheFirstIsJudgedAtOnce()
    {
        Wrong(3, 0);

        Assert.Equal(GuessAdmission.Wait, Ask(new Ticket(s_nat), 199_999).Admission);
        RunUntil(Second, 199_999);
        Assert.Equal(GuessAdmission.Judge, Ask(new Ticket(s_nat), Second).Admission);
        Assert.Equal(GuessAdmission.Wait, Ask(new Ticket(s_nat), Second).Admission);
    }

    [Fact]
    public void Ask_SixtyFourWait_TheRestIsRefusedUnjudged()
    {
        Wrong(3, 0);
        List<Ticket> line = Wrong(70, 0);

        Assert.Equal(64, line.Count(t => t.Admission == GuessAdmission.Wait));
        Assert.All(line[64..], t => Assert.Equal(GuessAdmission.Refuse, t.Admission));

        RunUntil(60 * Second, 0);
        Assert.Equal(line[..64], _judged.Skip(3).Select(j => j.Ticket));
        Assert.Equal(64 * 200_000, _judged[^1].Micros);
    }

    [Fact]
    public void Ask_OneAddressIsFull_AnotherIsJudgedAtOnce()
    {
        Wrong(3, 0);
        Wrong(70, 0);

        Assert.Equal(GuessAdmission.Judge, Ask(new Ticket(AddressGroup.Of(IPAddress.Parse("192.0.2.8"))), 0).Admission);
    }

    [Fact]
    public void Leave_InTheMiddleOfTheLine_ThoseBehindMoveUp()
    {
        Wrong(3, 0);
        List<Ticket> line = Wrong(4, 0);
        GuessLimiter.Leave(line[0]);
        GuessLimiter.Leave(line[2]);
        GuessLimiter.Leave(line[2]);

        RunUntil(Second, 0);

        Assert.Equal([(200_000, line[1]), (400_000, line[3])], _judged.Skip(3));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(90, 0)]
    [InlineData(100, 0)]
    [InlineData(50, 1)]
    [InlineData(50, 10)]
    [InlineData(0, 50)]
    public void Ask_SixtyFourConnectionsHangUpAnyhow_FiveASecondAreJudged(int percentThatHangUp, int percentRight)
    {
        Random random = new(percentThatHangUp + (1000 * percentRight));
        Ticket?[] connections = new Ticket?[64];
        for (long now = 0; now < 120 * Second; now += 7_000)
        {
            TakeTurns(now);
            for (int i = 0; i < connections.Length; i++)
            {
                if (connections[i] is { } waiting && waiting.Row is not null && random.Next(100) < percentThatHangUp)
                {
                    GuessLimiter.Leave(waiting);
                }

                if (connections[i]?.Row is null)
                {
                    connections[i] = Ask(new Ticket(s_nat) { IsRight = random.Next(100) < percentRight }, now);
                }
            }
        }

        long[] wrong = [.. _judged.Where(j => !j.Ticket.IsRight).Select(j => j.Micros)];
        long[] sinceRestricted = [.. _judged.Select(j => j.Micros).Where(m => m > wrong[2])];
        Assert.InRange(sinceRestricted.Length, 500, 600);
        for (int i = 5; i < sinceRestricted.Length; i++)
        {
            Assert.True(sinceRestricted[i] - sinceRestricted[i - 5] >= Second, $"six within {sinceRestricted[i] - sinceRestricted[i - 5]} µs");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void OnAccepted_AfterEachFewGuesses_GivesNoFreeOnes(int guessesBetween)
    {
        // Somebody with an account of its own logs in between its guesses of another's password, one after the other, as fast as it is answered.
        long now = 0;
        int wrong = 0;
        for (int i = 0; now < 60 * Second; i++)
        {
            Ticket ticket = Ask(new Ticket(s_nat) { IsRight = i % (guessesBetween + 1) == guessesBetween }, now);
            now = RunUntilJudged(ticket, now);
            wrong += ticket.IsRight ? 0 : 1;
        }

        Assert.InRange(wrong, 100, (5 * 60) + GuessLimiter.FreeGuesses);
    }

    [Theory]
    [InlineData(false, 11, true)]
    [InlineData(false, 599, true)]
    [InlineData(false, 601, false)]
    [InlineData(true, 9, true)]
    [InlineData(true, 11, false)]
    public void Ask_AfterAQuietTime_TheRowIsForgotten(bool wasRightSince, int seconds, bool isRestricted)
    {
        Wrong(3, 0);
        if (wasRightSince)
        {
            Ask(new Ticket(s_nat) { IsRight = true }, Second / 2);
        }

        List<Ticket> later = Wrong(2, seconds * Second);

        Assert.Equal([GuessAdmission.Judge, isRestricted ? GuessAdmission.Wait : GuessAdmission.Judge], later.Select(t => t.Admission));
    }

    [Fact]
    public void Ask_WrongAgainAfterARightOne_IsRememberedForTheWholeTime()
    {
        Wrong(3, 0);
        Ask(new Ticket(s_nat) { IsRight = true }, Second);
        Wrong(1, 2 * Second);

        Assert.Equal([GuessAdmission.Judge, GuessAdmission.Wait], Wrong(2, 100 * Second).Select(t => t.Admission));
    }

    [Fact]
    public void Ask_RecorderWithAnOldPasswordOnSixteenChannels_AViewerBehindItsAddressIsInWithinFiveSeconds()
    {
        for (long offset = 0; offset < 5 * Second; offset += 97_000)
        {
            GuessLimiterTests one = new();
            long worst = 0;
            for (long now = 0; now < 40 * Second; now += 1_000)
            {
                one.TakeTurns(now);
                if (now % (5 * Second) == 0)
                {
                    one.Wrong(16, now);
                }

                if (now >= 20 * Second && (now - offset) % (5 * Second) < 1_000)
                {
                    one.Ask(new Ticket(s_nat) { IsRight = true }, now);
                }
            }

            foreach ((long micros, Ticket ticket) in one._judged.Where(j => j.Ticket.IsRight))
            {
                worst = Math.Max(worst, micros - ticket.CameMicros);
            }

            Assert.Equal(4, one._judged.Count(j => j.Ticket.IsRight));
            Assert.InRange(worst, 0, 5 * Second);
        }
    }

    [Fact]
    public void Ask_OneThatGoesFirst_StandsBeforeTheOthersAndPushesTheLastOneOut()
    {
        Wrong(3, 0);
        List<Ticket> line = Wrong(64, 0);

        Ticket first = Ask(new Ticket(s_nat, isFirst: true), 0);
        Ticket second = Ask(new Ticket(s_nat, isFirst: true), 0);

        Assert.Equal((GuessAdmission.Wait, GuessAdmission.Wait), (first.Admission, second.Admission));
        Assert.Equal([line[62], line[63]], line.Where(t => t.IsPushedOut));
        RunUntil(60 * Second, 0);
        Assert.Equal([first, second, .. line[..62]], _judged.Skip(3).Select(j => j.Ticket));
    }

    [Fact]
    public void Ask_SixtyFourThatGoFirstWait_NoMoreAreTaken()
    {
        Wrong(3, 0);
        for (int i = 0; i < 64; i++)
        {
            Assert.Equal(GuessAdmission.Wait, Ask(new Ticket(s_nat, isFirst: true), 0).Admission);
        }

        Assert.Equal(GuessAdmission.Refuse, Ask(new Ticket(s_nat, isFirst: true), 0).Admission);
        Assert.Equal(GuessAdmission.Refuse, Ask(new Ticket(s_nat), 0).Admission);
    }

    [Fact]
    public void Ask_JudgedElsewhere_ThreeAreUnderWayAndTheRestWaits()
    {
        AskedElsewhere asked = new(_limiter, s_nat, answerMicros: Second / 10);

        Assert.Equal(
            [GuessAdmission.Judge, GuessAdmission.Judge, GuessAdmission.Judge, GuessAdmission.Wait, GuessAdmission.Wait],
            Enumerable.Range(0, 5).Select(_ => asked.Ask(isRight: false, 0)));
        Assert.Equal(GuessAdmission.Judge, new AskedElsewhere(_limiter, AddressGroup.Of(IPAddress.Parse("192.0.2.8")), Second / 10).Ask(isRight: false, 0));

        asked.RunUntil(2 * Second);

        Assert.Equal([0, 0, 0, 300_000, 600_000], asked.Begun);
        Assert.Equal(5, asked.WrongCount);
    }

    /// <summary>Those who have proven something go before the others, and not before one another: who waits longest would wait for ever.</summary>
    [Fact]
    public void AskedLine_ThoseWhoGoFirst_GoInTheirOrder()
    {
        AskedLine line = new();
        Ticket[] came = [new Ticket(s_nat), new Ticket(s_nat, isFirst: true), new Ticket(s_nat, isFirst: true), new Ticket(s_nat)];
        Array.ForEach(came, line.Enqueue);

        Assert.Equal([came[1], came[2], came[0], came[3]], came.Select(_ => line.Dequeue()));
        Assert.Equal(0, line.Waiting);
    }

    [Fact]
    public void Ask_JudgedElsewhereAfterTwoWrong_OneIsUnderWay()
    {
        Wrong(2, 0);
        AskedElsewhere asked = new(_limiter, s_nat, answerMicros: Second);

        Assert.Equal([GuessAdmission.Judge, GuessAdmission.Wait], Enumerable.Range(0, 2).Select(_ => asked.Ask(isRight: false, 0)));
    }

    /// <summary>Two hundred viewers with right tokens come behind one address at once: the server's time seven times, and each is asked about once.</summary>
    [Fact]
    public void Ask_JudgedElsewhereAllRight_ACrowdIsInWithinSevenRounds()
    {
        AskedElsewhere asked = new(_limiter, s_nat, answerMicros: Second / 10);
        for (int i = 0; i < 200; i++)
        {
            asked.Ask(isRight: true, 0);
        }

        asked.RunUntil(7 * Second / 10);

        Assert.Equal(200, asked.RightCount);
        Assert.Equal(64, asked.MostUnderWay);
    }

    [Fact]
    public void Ask_JudgedElsewhereWithoutAnAnswer_NobodyWaitsBehindThat()
    {
        AskedElsewhere asked = new(_limiter, s_nat, answerMicros: 2 * Second) { IsDead = true };
        for (int i = 0; i < 200; i++)
        {
            asked.Ask(isRight: false, 0);
        }

        asked.RunUntil(4 * Second);

        Assert.Equal((200, 0), (asked.Begun.Count, asked.WrongCount));
    }

    /// <summary>
    /// However many connections there are, however slow the server is, and with a token of its own shown in between: never more than five a second over
    /// any ten seconds, but for the free ones and those under way when it was found out.
    /// </summary>
    [Theory]
    [InlineData(64, 100_000, 0)]
    [InlineData(130, 1_000_000, 0)]
    [InlineData(64, 100_000, 5)]
    [InlineData(130, 1_000_000, 50)]
    [InlineData(130, 100_000, -1)]
    public void Ask_JudgedElsewhereOnManyConnections_FiveASecondAreWrong(int connections, long answerMicros, int percentRight)
    {
        const int Seconds = 100;
        Random random = new(connections + percentRight);
        AskedElsewhere asked = new(_limiter, s_nat, answerMicros);
        for (long now = 0; now < Seconds * Second; now += 50_000)
        {
            asked.RunUntil(now);

            // Below 0: right ones open all places, then all guess at once, one right one has the row forgiven, and it is quiet until then.
            long phase = now % (25 * Second);
            bool isQuiet = percentRight < 0 && phase is > 6 * Second;
            for (int i = asked.Open; i < connections && !isQuiet; i++)
            {
                asked.Ask(percentRight < 0 ? phase < 3 * Second || phase > 5 * Second : random.Next(100) < percentRight, now);
            }
        }

        Assert.InRange(asked.WrongCount, 60, (5 * Seconds) + 64);
    }

    [Fact]
    public void Leave_WhileItWaitsToBeAsked_ThoseBehindMoveUp()
    {
        AskedElsewhere asked = new(_limiter, s_nat, answerMicros: Second / 10);
        for (int i = 0; i < 5; i++)
        {
            asked.Ask(isRight: true, 0);
        }

        asked.LeaveFirstWaiter();
        asked.LeaveFirstWaiter();
        asked.RunUntil(Second);

        Assert.Equal(3, asked.RightCount);
        Assert.Equal(GuessAdmission.Judge, asked.Ask(isRight: true, Second));
    }

    [Fact]
    public void OnWrong_ManyAddresses_KeepsABoundedNumberAndForgetsNoRestrictedOneForGuessesOfTwo()
    {
        Wrong(3, 0);
        for (ulong network = 0; network < 3 * GuesserTable.MaxRows; network++)
        {
            AddressGroup key = new(network, 0, IsIPv4: false);
            _limiter.OnWrong(key, 1);
            _limiter.OnWrong(key, 1);
            Assert.True(_limiter.Rows <= GuesserTable.MaxRows);
        }

        Assert.Equal(GuessAdmission.Wait, Ask(new Ticket(s_nat), 1).Admission);
    }

    [Fact]
    public void OnWrong_ThreeOfEachOfManyAddresses_ForgetTheOldestAndRefuseItsWaiters()
    {
        Wrong(3, 0);
        Ticket waiter = Ask(new Ticket(s_nat), 0);
        for (ulong network = 0; network < GuesserTable.MaxRows; network++)
        {
            for (int i = 0; i < 3; i++)
            {
                _limiter.OnWrong(new AddressGroup(network, 0, IsIPv4: false), 1);
            }

            // Those with few guesses have a quarter of the table to themselves; the restricted ones fill the rest first.
            Assert.Equal(network >= GuesserTable.MaxRows - 1, waiter.IsPushedOut);
        }

        Assert.Equal(GuesserTable.MaxRows, _limiter.Rows);
    }

    [Fact]
    public void OnWrong_LongAfterAnAttack_TheTableShrinks()
    {
        for (ulong network = 0; network < 1000; network++)
        {
            _limiter.OnWrong(new AddressGroup(network, 0, IsIPv4: false), 0);
        }

        for (ulong network = 5000; network < 6100; network++)
        {
            _limiter.OnWrong(new AddressGroup(network, 0, IsIPv4: false), (700 * Second) + (long)network);
        }

        Assert.Equal(1100, _limiter.Rows);
    }

    private List<Ticket> Wrong(int count, long nowMicros) => [.. Enumerable.Range(0, count).Select(_ => Ask(new Ticket(s_nat), nowMicros))];

    private Ticket Ask(Ticket ticket, long nowMicros)
    {
        ticket.CameMicros = nowMicros;
        ticket.Admission = _limiter.Ask(ticket, nowMicros);
        if (ticket.Admission == GuessAdmission.Judge)
        {
            Judge(ticket, nowMicros);
        }

        return ticket;
    }

    private void Judge(Ticket ticket, long nowMicros)
    {
        _judged.Add((nowMicros, ticket));
        if (ticket.IsRight)
        {
            _limiter.OnAccepted(ticket.Key, nowMicros);
        }
        else
        {
            _limiter.OnWrong(ticket.Key, nowMicros);
        }
    }

    private void TakeTurns(long nowMicros)
    {
        while (_limiter.TryNext(nowMicros, out GuessTicket? ticket))
        {
            Judge((Ticket)ticket!, nowMicros);
        }
    }

    private void RunUntil(long endMicros, long nowMicros)
    {
        while (_limiter.NextDueMicros is long due && due <= endMicros)
        {
            TakeTurns(Math.Max(due, nowMicros));
        }
    }

    private long RunUntilJudged(Ticket ticket, long nowMicros)
    {
        while (ticket.Admission == GuessAdmission.Wait && !_judged.Exists(j => j.Ticket == ticket))
        {
            nowMicros = Math.Max(nowMicros, _limiter.NextDueMicros);
            TakeTurns(nowMicros);
        }

        return nowMicros;
    }

    private sealed class Ticket(AddressGroup key, bool isFirst = false) : GuessTicket(key, isFirst)
    {
        public bool IsRight { get; init; }

        public long CameMicros { get; set; }

        public GuessAdmission Admission { get; set; }

        public bool IsPushedOut { get; private set; }

        internal override void OnPushedOut() => IsPushedOut = true;
    }
}
