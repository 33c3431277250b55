using System.Text;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Net.Startup;

namespace FastRtspProxy.Tests.Net.Startup;

public sealed unsafe class StandardDescriptorsTests
{
    /// <summary>Left closed, the number would be the next socket's, and log lines would go into it.</summary>
    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/no/such/device")]
    public void TryOpenOnNothing_WithAndWithoutTheDevice_TheNumberIsTakenAndWhatIsWrittenGoesNowhere(string file)
    {
        int fd = 1000;
        while (Libc.Control(fd, LinuxConstants.GetDescriptorFlags) >= 0)
        {
            fd--;
        }

        Assert.True(StandardDescriptors.TryOpenOnNothing(fd, Encoding.ASCII.GetBytes(file + "\0")));
        try
        {
            Assert.Equal(0, Libc.Control(fd, LinuxConstants.GetDescriptorFlags));
            byte[] much = new byte[200_000]; // more than a pipe holds
            fixed (byte* data = much)
            {
                Assert.True(Libc.Write(fd, data, much.Length) is -1 or 200_000); // and not some of it
            }
        }
        finally
        {
            _ = Libc.Close(fd);
        }
    }
}
