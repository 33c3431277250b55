using FastRtspProxy.Engine.Access;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>An answer of the external decision, its status in the first two bytes: it lets in only with 2xx, and never where the answer says no.</summary>
internal sealed class ExternalReplyTarget : FuzzTarget
{
    public override string Name => "external-reply";

    /// <summary>An answer that is no JSON costs an exception.</summary>
    public override int FixedBytes => 32 * 1024;

    public override int BytesPerInputByte => 64;

    public override void Parse(ReadOnlySpan<byte> input) => Read(input, out _);

    public override void Check(ReadOnlySpan<byte> input)
    {
        ExternalAnswer answer = Read(input, out int status);
        bool isYes = answer.Verdict == ExternalVerdict.Allow;
        Property.Holds(!isYes || status is >= 200 and <= 299, "only 2xx lets in");
        Property.Holds(status is not (401 or 403) || answer.Verdict == ExternalVerdict.Deny, "401 and 403 do not");
        Property.Holds(isYes || answer.Secret is null, "a password belongs to a yes");
        ReadOnlySpan<byte> body = input.Length > 2 ? input[2..] : default;
        Property.Holds(answer.Secret is null || body.IndexOf("ha1"u8) >= 0 || body.IndexOf((byte)'\\') >= 0, "it stands in the answer");
        if (status == 200)
        {
            byte[] no = [.. "{\"allow\": false, \"x\": "u8, .. body, .. "}"u8];
            Property.Holds(ExternalReply.Read(200, no).Verdict != ExternalVerdict.Allow || !IsJson(no), "no is no, whatever stands behind it");
        }
    }

    private static ExternalAnswer Read(ReadOnlySpan<byte> input, out int status)
    {
        InputReader reader = new(input);
        status = reader.UInt16() % 1000;
        return ExternalReply.Read(status, input.Length > 2 ? input[2..].ToArray() : default);
    }

    private static bool IsJson(byte[] text)
    {
        try
        {
            using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(text, new System.Text.Json.JsonDocumentOptions { MaxDepth = 8 });
            return document.RootElement.EnumerateObject().Count() == 2; // what stands behind it says nothing of allow
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
