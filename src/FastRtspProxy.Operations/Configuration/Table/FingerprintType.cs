namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The SHA-256 of a certificate, as openssl prints it (with colons) or without.</summary>
internal static class FingerprintType
{
    private const int Digits = 64;

    public static TypeOf<string?> OrNull { get; } = new("HEX", "64 digits, with colons or without", TryRead, static text => text)
    {
        TakesNull = true,
    };

    private static bool TryRead(string text, out string? value, out string error)
    {
        string digits = text.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        value = digits;
        error = "a fingerprint is the SHA-256 of the certificate: 64 hexadecimal digits, with colons or without (openssl x509 -noout "
            + "-fingerprint -sha256)";
        return digits.Length == Digits && digits.All(char.IsAsciiHexDigit);
    }
}
