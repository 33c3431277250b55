namespace FastRtspProxy.Captures.Privacy;

/// <summary>
/// The words that stay: those of RTSP, SDP, RTP and HTTP, names of codecs, what cameras call their streams in paths, and products that name
/// themselves. Whatever is not among them is somebody's own, and is replaced. Compared without case.
/// </summary>
internal static class Vocabulary
{
    private const string Methods =
        "options describe announce setup play pause teardown get set parameter get_parameter set_parameter record redirect register "
        + "deregister post";

    private const string HeaderNames =
        "rtsp http rtspu rtsps https accept encoding language allow authorization bandwidth blocksize cache control conference "
        + "connection content base length location type cseq date expires from host if modified since last proxy authenticate "
        + "authorization require public range referer retry after rtp info rtpinfo scale session server speed supported timestamp "
        + "transport unsupported user agent vary via www authentication challenge etag pragma no cache store close keep alive require "
        + "frames intra all immediate rate pipelined requests media properties accept ranges notify reason status seek style credentials "
        + "port x playnow dynamic retransmit buffer prebuffer burst sessioncookie cookie application tunnelled";

    private const string Phrases =
        "ok created low on storage space multiple choices moved permanently temporarily see other use bad request unauthorized payment "
        + "required forbidden not found method allowed acceptable timeout time out gone precondition failed entity too large uri long "
        + "unsupported understood enough valid in this state header field for resource invalid is read only aggregate operation internal "
        + "error implemented gateway service unavailable version option the a an of to and by with stream was streamed";

    private const string Transports =
        "rtp avp avpf savp savpf tcp udp unicast multicast interleaved client server destination source ssrc ttl mode append layers ip "
        + "ip4 ip6 mp2t h2221 raw dest addr rtcp mux new client_port server_port rtcp_mux reduced size";

    private const string Times =
        "npt smpte clock utc gmt now end mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec t z am pm";

    private const string Sdp =
        "sdp audio video text data message image recvonly sendonly sendrecv inactive rtpmap fmtp ptime maxptime framerate framesize "
        + "quality orient lang sdplang charset tool type cat keywds key mgmt crypto inline fingerprint cname fid fec rid group bundle ls "
        + "mid extmap feedback fb nack pli fir ccm goog remb transport wide cc rsize trr int incl excl filter source-filter recommended "
        + "as tias rr rs ct unknown session presentation dimensions cliprect broadcast track trackid track_id qt etag isma compliance "
        + "avg max bitrate rtpref cpa onvif www ver10 ver20 backchannel replay metadata schema vnd gzip exi mpeg4 esid iod assettype "
        + "name mediaclk ts refclk ptp local direct precision height width rate bit depth aes crit cm hmac sha1 md5 sha sha256 mikey "
        + "setup active passive actpass holdconn msid stream_id streamid stream-id bufferperiod asymmetry sender";

    private const string Formats =
        "h263 h264 h265 h266 hevc avc vp8 vp9 av1 jpeg mjpeg jpeg2000 mpv mpa mp4v es mp4a latm mp2p mp1s mpeg mpeg4 generic aac hbr "
        + "lbr celp pcmu pcma pcm l8 l16 l20 l24 g711 g722 g723 g726 g728 g729 dvi4 gsm ilbc isac opus speex vorbis theora ac3 eac3 amr "
        + "wb telephone event telephone-event red rtx ulpfec flexfec parityfec smpte291 klv smptetp raw cn qcelp lpc h261 nv vdvi evrc "
        + "octet stream json xml plain parameters html packetization profile level id sprop sets vps sps pps parameter interlaced "
        + "interleaving deinterleave buf cap depth don diff max mbs mbps fs cpb dpb br redundant pic tier flag interop constraints "
        + "profile space compatibility indicator streamtype object config mode sizelength indexlength indexdeltalength ctsdeltalength "
        + "dtsdeltalength constantsize constantduration auxiliarydatasizelength randomaccessindication bitrate cpresent useinbandfec "
        + "stereo minptime usedtx sprop-stereo maxplaybackrate maxaveragebitrate apt annexb tx srst mrst mst sampling ycbcr rgb depth "
        + "colorimetry bt601 bt709 bt2020 exactframerate tp pm ssn sln channels order octet align";

    private const string Digest =
        "digest basic bearer realm nonce opaque stale algorithm qop auth nc cnonce response username uri domain true false sess sha512 "
        + "userhash nextnonce rspauth charset utf utf8";

    private const string Paths =
        "live main sub channel channels ch chn cam camera cams cameras media video audio track trackid stream streams streaming "
        + "streamtype subtype realmonitor cam realmonitor axis amp onvif profile profiles medias unicast multicast h264 h265 preview "
        + "primary secondary major minor high low hd sd av stream0 mpeg4 mp4 sdp asp cgi bin play test first second third third one two "
        + "three ipc ipcam nvr dvr vod event videocodec audiocodec resolution fps compression encoder input inst vinst rtsp_tunnel rtsp "
        + "rtspstream rtsph264 h264_stream proxy demo in out image hq lq source src url ts resource tcp udp password passwd pwd secret "
        + "user usr login account";

    private const string Products =
        "fastrtspproxy rtspsim gstreamer live555 libvlc vlc lavf lavc libavformat ffmpeg mediamtx gortsplib go2rtc hipcam realserver "
        + "dahua hikvision axis bosch hanwha samsung vivotek reolink uniview tplink tapo ubnt ubiquiti unifi foscam amcrest geovision "
        + "mobotix panasonic sony pelco flir avigilon grandstream tiandy xiongmai wowza darwin dss quicktime helix realmedia streamer "
        + "mediaserver webcam ambarella hisilicon hi3510 embedded linux android windows server rtspserver client player gst plugins good "
        + "rtspsrc openrtsp exacq milestone blueiris synology release build beta version v rev matroska mpeg frp host invalid realm user "
        + "password secret cname none null nobody empty unnamed default";

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_words = Read().GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>A word that stays as it is: letters and digits without anything between.</summary>
    public static bool Has(ReadOnlySpan<char> word) => s_words.Contains(word);

    private static HashSet<string> Read()
    {
        HashSet<string> words = new(StringComparer.OrdinalIgnoreCase);
        foreach (string part in (string[])[Methods, HeaderNames, Phrases, Transports, Times, Sdp, Formats, Digest, Paths, Products])
        {
            foreach (string word in part.Split(' ', '-', '_'))
            {
                words.Add(word);
            }
        }

        return words;
    }
}
