using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>An answer in the line of its address.</summary>
/// <param name="key">Whose.</param>
/// <param name="isFirst">It goes before those that have proven nothing yet.</param>
internal abstract class GuessTicket(AddressGroup key, bool isFirst)
{
    public AddressGroup Key { get; } = key;

    public bool IsFirst { get; } = isFirst;

    /// <summary>Somebody else judges it, who takes his time.</summary>
    public virtual bool IsJudgedElsewhere => false;

    /// <summary>The line that it stands in; null: none.</summary>
    internal GuesserRow? Row { get; set; }

    /// <summary>Where it is under way, or waits for that; null: neither.</summary>
    internal AskedLine? Line { get; set; }

    /// <summary>Its place in <see cref="Line"/> while it waits.</summary>
    internal LinkedListNode<GuessTicket>? Place { get; set; }

    /// <summary>It had one of the turns of a restricted address: nothing more is due for it when it is wrong.</summary>
    internal bool HadPacedTurn { get; set; }

    /// <summary>It lost its place: to one that goes before it, or because its address was forgotten. It is refused without a look.</summary>
    internal abstract void OnPushedOut();
}
