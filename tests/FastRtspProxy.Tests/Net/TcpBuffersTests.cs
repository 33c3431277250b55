using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

public sealed class TcpBuffersTests
{
    private const long Asked = 1 << 20;

    /// <summary>The last two columns: tcp_wmem's maximum, wmem_max.</summary>
    [Theory]
    [InlineData(nameof(TcpBufferChoice.Kernel), 4_194_304, 212_992)] // most machines
    [InlineData(nameof(TcpBufferChoice.Kernel), 4_194_304, 16_777_216)]
    [InlineData(nameof(TcpBufferChoice.Kernel), Asked, 212_992)]
    [InlineData(nameof(TcpBufferChoice.Kernel), 0, 0)] // no /proc
    [InlineData(nameof(TcpBufferChoice.ByForce), Asked - 1, 212_992)] // little memory: what a user may ask for is less than the kernel takes by itself
    [InlineData(nameof(TcpBufferChoice.ByForce), 425_984, 212_992)]
    [InlineData(nameof(TcpBufferChoice.Fixed), 425_983, 212_992)]
    [InlineData(nameof(TcpBufferChoice.Fixed), 65_536, 212_992)]
    [InlineData(nameof(TcpBufferChoice.Fixed), Asked - 1, 16_777_216)]
    [InlineData(nameof(TcpBufferChoice.ByForce), 65_536, 0)]
    public void For_TheMachinesLimits_AsksOnlyWhereItGetsMoreThanTheKernelWouldTake(string expected, long tcpMaximum, long coreMaximum) =>
        Assert.Equal(expected, TcpBuffers.For(Asked, tcpMaximum, coreMaximum).ToString());

    [Theory]
    [InlineData("4096\t16384\t4194304\n", 4_194_304)]
    [InlineData("212992\n", 212_992)]
    [InlineData("", 0)]
    [InlineData("\n", 0)]
    [InlineData("4096 -1", 0)]
    [InlineData("4096 99999999999999999999", 0)]
    public void LastNumber_OfASetting_IsItsMaximum(string text, long expected) => Assert.Equal(expected, TcpBuffers.LastNumber(text));
}
