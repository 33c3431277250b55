namespace FastRtspProxy.Protocol.Srtp;

/// <summary>A security policy payload for SRTP (RFC 3830 section 6.10.1), with its defaults. Mutable while it is read.</summary>
internal struct MikeyPolicy
{
    private const int ParameterBytesMax = 4;
    private const int AesCm = 1;
    private const int AesGcm = 6; // RFC 7714 section 14.3
    private const int HmacSha1 = 1;

    private int _cipher = AesCm;
    private int? _keyBytes;
    private int _authentication = HmacSha1;
    private int? _authenticationKeyBytes;
    private int? _tagBytes;
    private int _derivationRate;
    private int _isAuthenticated = 1;
    private int _encryptsRtp = 1;
    private int _encryptsRtcp = 1;

    public MikeyPolicy()
    {
    }

    public readonly bool EncryptsRtp => _encryptsRtp != 0 && _cipher != 0;

    public readonly bool EncryptsRtcp => _encryptsRtcp != 0 && _cipher != 0;

    /// <summary>Reads type, length and value, one after the other. False: they pass the end.</summary>
    public bool TryRead(ReadOnlySpan<byte> parameters)
    {
        while (!parameters.IsEmpty)
        {
            if (parameters.Length < 2 || parameters.Length < 2 + parameters[1] || parameters[1] > ParameterBytesMax)
            {
                return false;
            }

            int value = 0;
            foreach (byte part in parameters.Slice(2, parameters[1]))
            {
                value = (value << 8) | part;
            }

            Take(parameters[0], value);
            parameters = parameters[(2 + parameters[1])..];
        }

        return true;
    }

    /// <summary>The suite that this amounts to; null: none of ours.</summary>
    public readonly SrtpSuite? Suite(out SrtpDefect defect)
    {
        defect = _derivationRate != 0 ? SrtpDefect.UnsupportedParameter : SrtpDefect.UnknownSuite;
        if (_derivationRate != 0)
        {
            return null;
        }

        if (_cipher == AesGcm)
        {
            SrtpSuite? gcm = (_keyBytes ?? 16) switch { 16 => SrtpSuite.AesGcm128, 32 => SrtpSuite.AesGcm256, _ => null };
            return gcm is not null && _encryptsRtcp == 0 ? null : gcm;
        }

        if (_cipher is not (AesCm or 0) || _authentication != HmacSha1 || _isAuthenticated == 0)
        {
            return null;
        }

        // Quirk (GStreamer, gstmikey.c): the length of the tag stands where that of the authentication key should, which is always 20.
        int tagBytes = _tagBytes ?? (_authenticationKeyBytes == 4 ? 4 : 10);
        return (_keyBytes ?? 16, tagBytes) switch
        {
            (16, 10) => SrtpSuite.AesCm128HmacSha1Tag80,
            (16, 4) => SrtpSuite.AesCm128HmacSha1Tag32,
            (32, 10) => SrtpSuite.AesCm256HmacSha1Tag80,
            (32, 4) => SrtpSuite.AesCm256HmacSha1Tag32,
            _ => null,
        };
    }

    /// <summary>The parameters of a suite, as they are sent.</summary>
    public static byte[] Write(SrtpPolicy policy)
    {
        SrtpSuite suite = policy.Suite;
        byte encryptsRtp = policy.EncryptsRtp ? (byte)1 : (byte)0;
        byte encryptsRtcp = policy.EncryptsRtcp ? (byte)1 : (byte)0;
        byte[] algorithms = suite.IsAead
            ? [0, 1, AesGcm, 1, 1, (byte)suite.KeyBytes, 2, 1, 0, 3, 1, 0]
            : [0, 1, AesCm, 1, 1, (byte)suite.KeyBytes, 2, 1, HmacSha1, 3, 1, suite.RtpTagBytes == 4 ? (byte)4 : (byte)20];
        return
        [
            .. algorithms, 4, 1, (byte)suite.SaltBytes, 7, 1, encryptsRtp, 8, 1, encryptsRtcp, 10, 1, 1, 11, 1, (byte)suite.RtpTagBytes,
        ];
    }

    /// <summary>Table 6.10.1.a. What is not known changes nothing.</summary>
    private void Take(byte type, int value)
    {
        switch (type)
        {
            case 0:
                _cipher = value;
                break;
            case 1:
                _keyBytes = value;
                break;
            case 2:
                _authentication = value;
                break;
            case 3:
                _authenticationKeyBytes = value;
                break;
            case 6:
                _derivationRate = value;
                break;
            case 7:
                _encryptsRtp = value;
                break;
            case 8:
                _encryptsRtcp = value;
                break;
            case 10:
                _isAuthenticated = value;
                break;
            case 11:
                _tagBytes = value;
                break;
        }
    }
}
