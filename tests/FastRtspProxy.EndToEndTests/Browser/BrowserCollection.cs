namespace FastRtspProxy.EndToEndTests.Browser;

[CollectionDefinition(BrowserFixture.Name)]
public sealed class BrowserCollection : ICollectionFixture<BrowserFixture>;
