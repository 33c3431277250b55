namespace FastRtspProxy.Engine.Backend;

/// <summary>The ways that there are for a session, as its options and the camera's description say.</summary>
/// <param name="IsFixed">TCP and nothing else: `-t`, `-T`, `rtsps`, or a registrant that wants it.</param>
/// <param name="HasGroups">The description names multicast groups.</param>
/// <param name="Description">
/// What of the description the ways depend on; evidence from another one counts no more. Groups are not part of it: some cameras and relays draw a
/// new one for each DESCRIBE, and whether a group's packets reach us does not depend on its number.
/// </param>
internal readonly record struct WayOffer(bool IsFixed, bool HasGroups, string Description);
