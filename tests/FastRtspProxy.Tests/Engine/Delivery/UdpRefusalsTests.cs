using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Tests.Engine.Delivery;

public sealed class UdpRefusalsTests
{
    private const int Size = LinuxConstants.ErrorMessageSize;
    private const int Refused = LinuxConstants.ErrorConnectionRefused;

    /// <summary>One message, refused so often, with what is done each time.</summary>
    [Theory]
    [InlineData(true, new[] { LinuxConstants.ErrorAgain }, "Wait")]
    [InlineData(true, new[] { LinuxConstants.ErrorNoBuffers }, "Wait")]
    [InlineData(true, new[] { LinuxConstants.ErrorInterrupted, LinuxConstants.ErrorInterrupted }, "Again Again")]
    [InlineData(true, new[] { Size, Size }, "DrainAndAgain Plain")]
    [InlineData(true, new[] { Refused, Size, Size }, "AgainIfDrained DrainAndAgain Plain")]
    [InlineData(true, new[] { Size, Refused, Size }, "DrainAndAgain AgainIfDrained Plain")]
    [InlineData(true, new[] { Size, LinuxConstants.ErrorAgain, Size }, "DrainAndAgain Wait Plain")]
    [InlineData(false, new[] { Size, Size }, "DrainAndAgain AgainIfDrained")]
    [InlineData(true, new[] { LinuxConstants.ErrorIo }, "Plain")]
    [InlineData(true, new[] { LinuxConstants.ErrorInvalid }, "Plain")]
    [InlineData(false, new[] { LinuxConstants.ErrorIo }, "AgainIfDrained")]
    [InlineData(true, new[] { LinuxConstants.ErrorNotPermitted }, "TryPlain")]
    [InlineData(true, new[] { LinuxConstants.ErrorAccess }, "TryPlain")]
    [InlineData(true, new[] { LinuxConstants.ErrorNoSystemCall }, "TryPlain")]
    [InlineData(true, new[] { LinuxConstants.ErrorNotSupported }, "TryPlain")]
    [InlineData(false, new[] { LinuxConstants.ErrorNotPermitted }, "AgainIfDrained")]
    [InlineData(true, new[] { LinuxConstants.ErrorHostUnreachable, LinuxConstants.ErrorNetworkUnreachable }, "AgainIfDrained AgainIfDrained")]
    public void Next_OfOneMessage_IsAsTheTableSays(bool isSegmented, int[] errnos, string expected)
    {
        UdpRefusals refusals = default;
        List<string> steps = [];
        foreach (int errno in errnos)
        {
            steps.Add(refusals.Next(errno, isSegmented).ToString());
        }

        Assert.Equal(expected, string.Join(' ', steps));
    }

    [Theory]
    [InlineData(LinuxConstants.ErrorInvalid, true)]
    [InlineData(LinuxConstants.ErrorAddressNotAvailable, true)]
    [InlineData(LinuxConstants.ErrorNetworkUnreachable, true)]
    [InlineData(LinuxConstants.ErrorHostUnreachable, true)]
    [InlineData(LinuxConstants.ErrorNetworkDown, true)]
    [InlineData(LinuxConstants.ErrorNotPermitted, false)] // a full conntrack table, for a moment
    [InlineData(LinuxConstants.ErrorConnectionRefused, false)]
    [InlineData(Size, false)]
    [InlineData(LinuxConstants.ErrorIo, false)]
    public void Lasts_AnErrno_IsWhatEveryPacketToThatClientMeets(int errno, bool expected) => Assert.Equal(expected, UdpRefusals.Lasts(errno));

    [Fact]
    public void Next_OthersErrorsWithoutEnd_IsGivenUp()
    {
        UdpRefusals refusals = default;
        int attempts = 0;
        while (refusals.Next(Refused, isSegmented: true) == UdpRefusalStep.AgainIfDrained)
        {
            attempts++;
        }

        Assert.Equal(16, attempts);
    }
}
