using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Engine.Frontend.Guessing;

/// <summary>What the gate and an auth server do with a limiter's decisions: answers of one address, each judged after some time.</summary>
internal sealed class AskedElsewhere(GuessLimiter limiter, AddressGroup address, long answerMicros)
{
    private readonly PriorityQueue<Ticket, long> _underWay = new();
    private readonly List<Ticket> _waiting = [];

    /// <summary>It answers nothing within its time.</summary>
    public bool IsDead { get; init; }

    /// <summary>When each was asked.</summary>
    public List<long> Begun { get; } = [];

    public int RightCount { get; private set; }

    public int WrongCount { get; private set; }

    public int MostUnderWay { get; private set; }

    /// <summary>Neither answered nor refused.</summary>
    public int Open => _underWay.Count + _waiting.Count;

    public GuessAdmission Ask(bool isRight, long nowMicros)
    {
        Ticket ticket = new(address) { IsRight = isRight };
        GuessAdmission admission = limiter.Ask(ticket, nowMicros);
        Follow(ticket, admission, nowMicros);
        return admission;
    }

    public void LeaveFirstWaiter()
    {
        GuessLimiter.Leave(_waiting[0]);
        _waiting.RemoveAt(0);
    }

    /// <summary>Until nothing is due before that.</summary>
    public void RunUntil(long endMicros)
    {
        while (true)
        {
            long answered = _underWay.TryPeek(out _, out long at) ? at : long.MaxValue;
            long turn = limiter.NextDueMicros;
            if (Math.Min(answered, turn) > endMicros)
            {
                return;
            }

            if (answered <= turn)
            {
                Answer(_underWay.Dequeue(), answered);
            }
            else
            {
                while (limiter.TryNext(turn, out GuessTicket? next))
                {
                    Follow((Ticket)next!, GuessAdmission.Judge, turn);
                }
            }
        }
    }

    private void Answer(Ticket ticket, long nowMicros)
    {
        if (!IsDead && ticket.IsRight)
        {
            RightCount++;
            limiter.OnAccepted(address, nowMicros);
        }
        else if (!IsDead)
        {
            WrongCount++;
            limiter.OnWrong(address, nowMicros, costsATurn: !ticket.HadPacedTurn);
        }

        GuessLimiter.OnAnswered(ticket, IsDead);
        while (limiter.TryNextAsked(address, nowMicros, out GuessTicket? next, out GuessAdmission admission))
        {
            Follow((Ticket)next!, admission, nowMicros);
        }
    }

    private void Follow(Ticket ticket, GuessAdmission admission, long nowMicros)
    {
        _waiting.Remove(ticket);
        if (admission == GuessAdmission.Judge)
        {
            Begun.Add(nowMicros);
            _underWay.Enqueue(ticket, nowMicros + answerMicros);
            MostUnderWay = Math.Max(MostUnderWay, _underWay.Count);
        }
        else if (admission == GuessAdmission.Wait)
        {
            _waiting.Add(ticket);
        }
    }

    private sealed class Ticket(AddressGroup key) : GuessTicket(key, isFirst: false)
    {
        public bool IsRight { get; init; }

        public override bool IsJudgedElsewhere => true;

        internal override void OnPushedOut()
        {
        }
    }
}
