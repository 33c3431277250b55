using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>A connection that has come through the door (<see cref="FrontDoor"/>), and whom it is with.</summary>
/// <param name="Socket">The accepted socket; nothing behind what the door took was read of it.</param>
/// <param name="Remote">The client: whom a PROXY header names, else the socket's peer. Limits, rules and logs go by this address.</param>
/// <param name="Local">The address that the client has connected to, where a PROXY header says it; null: the socket's own.</param>
/// <param name="IsRelayed">It came with a PROXY header: between the client and us stands a balancer, which passes no datagrams.</param>
/// <param name="IsSecure">It came to a port of rtsps: next comes its TLS handshake.</param>
internal readonly record struct Arrival(Socket Socket, IPEndPoint Remote, IPEndPoint? Local, bool IsRelayed, bool IsSecure);
