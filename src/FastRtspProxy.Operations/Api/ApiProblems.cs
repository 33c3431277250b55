using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Streams;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Api;

/// <summary>Why the API refuses something. Names of others are shown cut and without what is not printed.</summary>
internal static class ApiProblems
{
    private const int NameCharsMax = 200;

    public static HttpProblem NoStream(string name) => new(StatusCodes.Status404NotFound, "there is no such stream")
    {
        Detail = $"No stream is named \"{Shown(name)}\". GET /api/v1/streams lists them.",
    };

    public static HttpProblem NoViewer(string id) =>
        new(StatusCodes.Status404NotFound, "there is no such viewer") { Detail = $"No viewer has the id \"{Shown(id)}\" (any more)." };

    public static HttpProblem InFile(string name, bool isOfArguments) => new(StatusCodes.Status409Conflict, "the stream is not the API's")
    {
        Detail = isOfArguments
            ? $"\"{Shown(name)}\" stands in the arguments of the program: change it there, and start the program again."
            : $"\"{Shown(name)}\" stands in the configuration that people write, which no request changes: change it there, and reload it.",
        InFile = true,
    };

    public static HttpProblem NotConfigured(string name) => new(StatusCodes.Status409Conflict, "the stream is not the API's")
    {
        Detail = $"\"{Shown(name)}\" came by REGISTER, or was made by a wildcard: nobody has configured it.",
    };

    public static HttpProblem Invalid(IReadOnlyList<StreamFault> faults) => new(StatusCodes.Status422UnprocessableEntity, "the stream cannot be so")
    {
        Errors = [.. faults.Select(static fault => new HttpProblemPart(fault.Pointer, fault.Detail))],
    };

    public static HttpProblem Precondition(string detail) =>
        new(StatusCodes.Status412PreconditionFailed, "the stream is not as the request thinks") { Detail = detail };

    public static HttpProblem BadRequest(string detail) => new(StatusCodes.Status400BadRequest, "the request cannot be read") { Detail = detail };

    public static HttpProblem TooLarge(int bytesMax) =>
        new(StatusCodes.Status413PayloadTooLarge, "the body is too large") { Detail = $"It may have {bytesMax} bytes." };

    public static HttpProblem WrongType(string expected) =>
        new(StatusCodes.Status415UnsupportedMediaType, "the body is of another type") { Detail = $"Send {expected}." };

    public static HttpProblem NotKept(string detail) =>
        new(StatusCodes.Status507InsufficientStorage, "the stream cannot be kept") { Detail = detail };

    public static HttpProblem Conflict(string title, string detail) => new(StatusCodes.Status409Conflict, title) { Detail = detail };

    public static HttpProblem NotForThisStream { get; } = new(StatusCodes.Status403Forbidden, "not for this stream")
    {
        Detail = "The roles of whoever asks have the right for other streams (auth.roles.ROLE.streams).",
    };

    public static HttpProblem Broken { get; } =
        new(StatusCodes.Status500InternalServerError, "an error of the proxy") { Detail = "Its log says more." };

    public static HttpProblem Ending { get; } = new(StatusCodes.Status503ServiceUnavailable, "the proxy ends");

    public static string Shown(string name) => Printable.Quoted(Printable.Line(name), NameCharsMax);
}
