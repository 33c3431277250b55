using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Tests.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>What a camera's no means.</summary>
public sealed class CameraRefusalTests
{
    [Theory]
    [InlineData(401, BackendFailureKind.Unauthorized)]
    [InlineData(403, BackendFailureKind.Unauthorized)]
    [InlineData(453, BackendFailureKind.Busy)]
    [InlineData(503, BackendFailureKind.Busy)]
    [InlineData(404, BackendFailureKind.Refused)]
    [InlineData(461, BackendFailureKind.Refused)]
    [InlineData(500, BackendFailureKind.Refused)]
    internal void Of_AStatus_IsOfThatKindAndNamesMethodAndStatus(int status, BackendFailureKind kind)
    {
        BackendFailure failure = CameraRefusal.Of(RtspMethod.Setup, Answer(status), null, "cam");

        Assert.Equal((kind, status), (failure.Kind, failure.Status));
        Assert.StartsWith($"SETUP was answered {status} Because", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RtspMethod.Describe, 404, "the camera knows no such path")]
    [InlineData(RtspMethod.Describe, 503, "the camera has no session to spare")]
    [InlineData(RtspMethod.Setup, 453, "the camera has no session to spare")]
    public void Of_WhatTheUserCanMend_SaysWhere(string method, int status, string remedy) =>
        Assert.Contains(remedy, CameraRefusal.Of(method, Answer(status), null, "cam").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(null, null)]
    [InlineData("5", 5)]
    [InlineData("3600", 60)]
    [InlineData("2147483647", 60)]
    [InlineData("soon", null)]
    [InlineData("-5", null)]
    public void Of_RetryAfter_IsBelievedUpToAMinute(string? header, int? seconds)
    {
        BackendFailure failure = CameraRefusal.Of(RtspMethod.Describe, Answer(503, header is null ? string.Empty : $"Retry-After: {header}\r\n"), null, "cam");

        Assert.Equal(seconds is { } wish ? TimeSpan.FromSeconds(wish) : null, failure.RetryAfter);
    }

    [Fact]
    public void Of_401WithoutAPassword_SaysHowOneIsGiven() =>
        Assert.Contains("or with -u", CameraRefusal.Of(RtspMethod.Describe, Answer(401), null, "cam").Message, StringComparison.Ordinal);

    [Fact]
    public void Of_401WithAPassword_SaysThatItIsNotAccepted() =>
        Assert.EndsWith("does not accept the user name and password", CameraRefusal.Of(RtspMethod.Describe, Answer(401), new AuthClient("u", "secret"), "cam").Message, StringComparison.Ordinal);

    [Fact]
    public void Of_401ToAHostThatMustNotHearThePassword_NamesTheHost()
    {
        AuthClient auth = new("u", "secret") { AllowsBasic = false };
        Assert.False(auth.Accept(["Basic realm=\"x\""]));

        BackendFailure failure = CameraRefusal.Of(RtspMethod.Describe, Answer(401), auth, "other");

        Assert.Contains("other asks for the password itself (Basic)", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Servers say which stream they do not have, with all that its name holds; a failure is shown in a dozen places.</summary>
    [Theory]
    [InlineData("no /user=admin_password=geheim_channel=1", "no /user=admin_password=***_channel=1")]
    [InlineData("rtsp://admin:geheim@10.0.0.5/1", "rtsp://***@10.0.0.5/1")]
    [InlineData("no\u001b[2J", "no?[2J")]
    public void Of_AReasonWithAPassword_IsMaskedInTheFailure(string reason, string shown)
    {
        BackendFailure failure = CameraRefusal.Of(RtspMethod.Describe, Answer(404, reason: reason), null, "cam");

        Assert.StartsWith($"DESCRIBE was answered 404 {shown}: the camera knows no such path", failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.Message + " at " + shown, (failure with { Message = $"{failure.Message} at {reason}" }).Message);
    }

    private static RtspMessage Answer(int status, string headers = "", string reason = "Because") =>
        RtspMessageParserTests.Parse($"RTSP/1.0 {status} {reason}\r\nCSeq: 1\r\n{headers}\r\n");
}
