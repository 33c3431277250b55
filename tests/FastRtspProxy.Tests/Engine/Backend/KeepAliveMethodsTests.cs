using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class KeepAliveMethodsTests
{
    [Theory]
    [InlineData(0, "not answered")]
    [InlineData(405, "refused (405)")]
    public void Outcome_Status_IsToldAndItsAbsenceToo(int status, string words) => Assert.Equal(words, KeepAliveMethods.Outcome(status));
}
