namespace FastRtspProxy.Engine.Delivery;

/// <summary>In the place of an instant start, which no scenario has.</summary>
internal sealed class CatchUp;
