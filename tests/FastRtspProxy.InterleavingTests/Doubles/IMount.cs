namespace FastRtspProxy.Engine.Frontend;

/// <summary>In the place of what the front-end knows of a mount.</summary>
internal interface IMount
{
    string Name { get; }
}
