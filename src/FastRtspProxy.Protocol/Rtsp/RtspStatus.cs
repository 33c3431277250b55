namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>Status codes with their reason phrases (RFC 2326 section 7.1.1).</summary>
public static class RtspStatus
{
    public const int Continue = 100;
    public const int Ok = 200;
    public const int Created = 201;
    public const int MultipleChoices = 300;
    public const int MovedPermanently = 301;
    public const int MovedTemporarily = 302;
    public const int SeeOther = 303;
    public const int NotModified = 304;
    public const int UseProxy = 305;
    public const int BadRequest = 400;
    public const int Unauthorized = 401;
    public const int Forbidden = 403;
    public const int NotFound = 404;
    public const int MethodNotAllowed = 405;
    public const int NotAcceptable = 406;
    public const int RequestTimeout = 408;
    public const int Conflict = 409;
    public const int Gone = 410;
    public const int LengthRequired = 411;
    public const int PreconditionFailed = 412;
    public const int RequestEntityTooLarge = 413;
    public const int RequestUriTooLong = 414;
    public const int UnsupportedMediaType = 415;
    public const int ParameterNotUnderstood = 451;
    public const int NotEnoughBandwidth = 453;
    public const int SessionNotFound = 454;
    public const int MethodNotValidInThisState = 455;
    public const int HeaderFieldNotValid = 456;
    public const int InvalidRange = 457;
    public const int ParameterIsReadOnly = 458;
    public const int AggregateOperationNotAllowed = 459;
    public const int OnlyAggregateOperationAllowed = 460;
    public const int UnsupportedTransport = 461;
    public const int DestinationUnreachable = 462;
    public const int InternalServerError = 500;
    public const int NotImplemented = 501;
    public const int BadGateway = 502;
    public const int ServiceUnavailable = 503;
    public const int GatewayTimeout = 504;
    public const int VersionNotSupported = 505;
    public const int OptionNotSupported = 551;

    /// <summary>The phrase that goes with the code; a general one for codes we do not know.</summary>
    public static string Reason(int status) => status switch
    {
        Continue => "Continue",
        Ok => "OK",
        Created => "Created",
        MultipleChoices => "Multiple Choices",
        MovedPermanently => "Moved Permanently",
        MovedTemporarily => "Moved Temporarily",
        SeeOther => "See Other",
        NotModified => "Not Modified",
        UseProxy => "Use Proxy",
        BadRequest => "Bad Request",
        Unauthorized => "Unauthorized",
        Forbidden => "Forbidden",
        NotFound => "Not Found",
        MethodNotAllowed => "Method Not Allowed",
        NotAcceptable => "Not Acceptable",
        RequestTimeout => "Request Time-out",
        Conflict => "Conflict",
        Gone => "Gone",
        LengthRequired => "Length Required",
        PreconditionFailed => "Precondition Failed",
        RequestEntityTooLarge => "Request Entity Too Large",
        RequestUriTooLong => "Request-URI Too Large",
        UnsupportedMediaType => "Unsupported Media Type",
        ParameterNotUnderstood => "Parameter Not Understood",
        NotEnoughBandwidth => "Not Enough Bandwidth",
        SessionNotFound => "Session Not Found",
        MethodNotValidInThisState => "Method Not Valid in This State",
        HeaderFieldNotValid => "Header Field Not Valid for Resource",
        InvalidRange => "Invalid Range",
        ParameterIsReadOnly => "Parameter Is Read-Only",
        AggregateOperationNotAllowed => "Aggregate operation not allowed",
        OnlyAggregateOperationAllowed => "Only aggregate operation allowed",
        UnsupportedTransport => "Unsupported Transport",
        DestinationUnreachable => "Destination unreachable",
        InternalServerError => "Internal Server Error",
        NotImplemented => "Not Implemented",
        BadGateway => "Bad Gateway",
        ServiceUnavailable => "Service Unavailable",
        GatewayTimeout => "Gateway Time-out",
        VersionNotSupported => "RTSP Version Not Supported",
        OptionNotSupported => "Option not supported",
        _ => status switch { < 200 => "Continue", < 300 => "OK", < 400 => "Redirection", < 500 => "Client Error", _ => "Server Error" },
    };
}
