/* An RTSP camera, or many: synthetic H.264-shaped streams at a bit rate, frames as bursts of RTP packets, over UDP or interleaved TCP.
     camera --port P [--streams 1] [--kbit 2000] [--fps 25] [--packet 1400] [--gop 50] [--key-ratio 8]
   Every --gop frames comes a key frame, --key-ratio times as large as the mean of all, and the others are as much smaller: at 2 Mbit/s one of 58
   packets among 49 of 7. With --key-ratio 1 all are of one size. The streams' key frames are spread over the group as their frames are over the interval.
   Stream n is rtsp://127.0.0.1:P/cam-n, n from 1. The streams' frames are spread evenly over the frame interval, as unrelated cameras' are.
   On SIGTERM it says how many packets it sent and how many readers it cut off for not keeping up. */
#include "rtsp.h"

#define MAX_PACKETS 1024
#define MAX_READERS 1024
#define PENDING_LIMIT (8 << 20)

struct reader {
    int fd;
    size_t in_length;
    char in[8193];
    int stream; /* from 0; -1: none yet */
    int tcp, channel, playing;
    struct sockaddr_in rtp;
    struct sockaddr_in peer;
    char *pending;
    size_t pending_length;
};

static int s_port, s_streams = 1, s_kbit = 2000, s_fps = 25, s_packet = 1400, s_gop = 50, s_key_ratio = 8;
static int s_epoll, s_rtp, s_rtcp, s_udp_port = 16000;
static struct reader *s_readers[MAX_READERS];
static int s_slots; /* one past the highest that was ever used */
static uint16_t *s_sequence;
static uint32_t *s_frame;
static uint8_t s_bytes[MAX_PACKETS * 2048];
static size_t s_offset[MAX_PACKETS + 1];
static int s_packets;
static uint64_t s_sent, s_cut;
static volatile sig_atomic_t s_stop;

static void on_stop(int signal)
{
    (void)signal;
    s_stop = 1;
}

static void drop(int slot)
{
    close(s_readers[slot]->fd);
    free(s_readers[slot]->pending);
    free(s_readers[slot]);
    s_readers[slot] = NULL;
}

/* Sends or keeps; nothing is ever skipped, a reader too far behind is cut off. */
static int send_tcp(struct reader *r, const void *bytes, size_t length)
{
    ssize_t n = 0;
    if (r->pending_length == 0) {
        n = send(r->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) {
            if (errno != EAGAIN)
                return 0;
            n = 0;
        }
    }
    if ((size_t)n < length) {
        if (r->pending_length + length > PENDING_LIMIT) {
            s_cut++;
            return 0;
        }
        if (r->pending == NULL)
            r->pending = malloc(PENDING_LIMIT);
        memcpy(r->pending + r->pending_length, (const char *)bytes + n, length - (size_t)n);
        r->pending_length += length - (size_t)n;
    }
    return 1;
}

static void flush_pending(struct reader *r)
{
    ssize_t n = send(r->fd, r->pending, r->pending_length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
        memmove(r->pending, r->pending + n, r->pending_length - (size_t)n);
        r->pending_length -= (size_t)n;
    }
}

static int frame_bytes(int key)
{
    int64_t mean = (int64_t)s_kbit * 1000 / 8 / s_fps;
    return (int)(key ? mean * s_key_ratio : s_gop > 1 ? mean * (s_gop - s_key_ratio) / (s_gop - 1) : mean);
}

/* Lays the frame's packets out as they go over TCP: '$', channel, length, packet. */
static void build_frame(int stream)
{
    uint32_t frame = s_frame[stream]++;
    uint32_t timestamp = frame * (90000u / (uint32_t)s_fps);
    int key = (frame + (uint32_t)(stream * s_gop / s_streams)) % (uint32_t)s_gop == 0;
    int left = frame_bytes(key);
    int least = RTP_HEADER + STAMP_OFFSET + (int)sizeof(struct stamp) + 8;
    int count = (left + s_packet - 1) / s_packet;
    uint64_t at = now_ns();
    size_t offset = 0;
    for (int i = 0; i < count; i++) {
        int size = left < s_packet ? left : s_packet;
        size = size < least ? least : size;
        left -= size;
        uint8_t *p = s_bytes + offset;
        s_offset[i] = offset;
        p[0] = '$';
        p[1] = 0;
        p[2] = (uint8_t)(size >> 8);
        p[3] = (uint8_t)size;
        p += 4;
        uint16_t seq = s_sequence[stream]++;
        uint32_t ssrc = 0x1000u + (uint32_t)stream;
        p[0] = 0x80;
        p[1] = (uint8_t)(96 | (i == count - 1 ? 0x80 : 0));
        p[2] = (uint8_t)(seq >> 8);
        p[3] = (uint8_t)seq;
        p[4] = (uint8_t)(timestamp >> 24), p[5] = (uint8_t)(timestamp >> 16), p[6] = (uint8_t)(timestamp >> 8), p[7] = (uint8_t)timestamp;
        p[8] = (uint8_t)(ssrc >> 24), p[9] = (uint8_t)(ssrc >> 16), p[10] = (uint8_t)(ssrc >> 8), p[11] = (uint8_t)ssrc;
        if (count == 1) { /* a NAL unit of its own: a fragment is never both first and last (RFC 6184 section 5.8) */
            p[12] = key ? 0x65 : 0x61;
            p[13] = 0x88;
        } else {
            p[12] = 0x7c;
            p[13] = (uint8_t)((key ? 5 : 1) | (i == 0 ? 0x80 : 0) | (i == count - 1 ? 0x40 : 0));
        }
        struct stamp stamp = {STAMP_MAGIC, frame, (uint16_t)i, (uint16_t)count, 0, at};
        memcpy(p + RTP_HEADER + STAMP_OFFSET, &stamp, sizeof stamp);
        offset += 4 + (size_t)size;
    }
    s_packets = count;
    s_offset[count] = offset;
}

static void send_frame(int stream)
{
    static struct mmsghdr messages[MAX_PACKETS];
    static struct iovec parts[MAX_PACKETS];
    build_frame(stream);
    for (int slot = 0; slot < s_slots; slot++) {
        struct reader *r = s_readers[slot];
        if (r == NULL || !r->playing || r->stream != stream)
            continue;
        s_sent += (uint64_t)s_packets;
        if (r->tcp) {
            for (int i = 0; i < s_packets; i++)
                s_bytes[s_offset[i] + 1] = (uint8_t)r->channel;
            if (!send_tcp(r, s_bytes, s_offset[s_packets]))
                drop(slot);
            continue;
        }
        for (int i = 0; i < s_packets; i++) {
            parts[i] = (struct iovec){s_bytes + s_offset[i] + 4, s_offset[i + 1] - s_offset[i] - 4};
            messages[i].msg_hdr = (struct msghdr){.msg_name = &r->rtp, .msg_namelen = sizeof r->rtp, .msg_iov = &parts[i], .msg_iovlen = 1};
        }
        for (int done = 0; done < s_packets;) {
            int n = sendmmsg(s_rtp, messages + done, (unsigned)(s_packets - done), 0);
            done += n > 0 ? n : 1; /* a refused one (ECONNREFUSED of a port that has gone) is lost, as on a wire */
        }
    }
}

static void reply(struct reader *r, const char *request, const char *status, const char *more)
{
    char text[2048];
    int n = snprintf(text, sizeof text, "RTSP/1.0 %s\r\nCSeq: %d\r\n%s\r\n", status, header(request, "CSeq") ? atoi(header(request, "CSeq")) : 0, more);
    send_tcp(r, text, (size_t)n);
}

static void on_request(struct reader *r, char *request)
{
    char method[32] = "", url[256] = "", more[1024], transport[256];
    sscanf(request, "%31s %255s", method, url);
    if (strcmp(method, "OPTIONS") == 0) {
        reply(r, request, "200 OK", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER\r\n");
        return;
    }
    const char *path = strstr(url, "/cam-");
    int stream = path ? atoi(path + 5) - 1 : -1;
    if (stream < 0 || stream >= s_streams) {
        reply(r, request, "404 Not Found", "");
    } else if (strcmp(method, "DESCRIBE") == 0) {
        char sdp[512];
        int n = snprintf(sdp, sizeof sdp,
                         "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=cam\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\nb=AS:%d\r\n"
                         "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=42C01E;sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==\r\n"
                         "a=control:track1\r\n", s_kbit);
        snprintf(more, sizeof more, "Content-Base: %s/\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", url, n, sdp);
        char text[2048];
        int length = snprintf(text, sizeof text, "RTSP/1.0 200 OK\r\nCSeq: %d\r\n%s", header(request, "CSeq") ? atoi(header(request, "CSeq")) : 0, more);
        send_tcp(r, text, (size_t)length);
    } else if (strcmp(method, "SETUP") == 0) {
        copy_line(transport, sizeof transport, header(request, "Transport"), "\r,");
        const char *ports = strstr(transport, "client_port="), *channels = strstr(transport, "interleaved=");
        r->stream = stream;
        r->tcp = strstr(transport, "/TCP") != NULL;
        if (r->tcp) {
            r->channel = channels ? atoi(channels + 12) : 0;
            snprintf(more, sizeof more, "Session: %08x;timeout=60\r\nTransport: RTP/AVP/TCP;unicast;interleaved=%d-%d\r\n", 0x10000 + r->fd, r->channel, r->channel + 1);
        } else if (ports) {
            int port = atoi(ports + 12);
            r->rtp = r->peer;
            r->rtp.sin_port = htons((uint16_t)port);
            snprintf(more, sizeof more, "Session: %08x;timeout=60\r\nTransport: RTP/AVP;unicast;client_port=%d-%d;server_port=%d-%d\r\n", 0x10000 + r->fd, port, port + 1,
                     s_udp_port, s_udp_port + 1);
        } else {
            reply(r, request, "461 Unsupported Transport", "");
            return;
        }
        reply(r, request, "200 OK", more);
    } else if (strcmp(method, "PLAY") == 0) {
        snprintf(more, sizeof more, "Session: %08x\r\nRange: npt=0.000-\r\n", 0x10000 + r->fd);
        reply(r, request, "200 OK", more);
        r->playing = 1;
    } else if (strcmp(method, "TEARDOWN") == 0) {
        r->playing = 0;
        reply(r, request, "200 OK", "");
    } else {
        snprintf(more, sizeof more, "Session: %08x\r\n", 0x10000 + r->fd);
        reply(r, request, "200 OK", more);
    }
}

static void on_readable(int slot)
{
    struct reader *r = s_readers[slot];
    ssize_t n = recv(r->fd, r->in + r->in_length, sizeof r->in - 1 - r->in_length, MSG_DONTWAIT);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN)
            drop(slot);
        return;
    }
    r->in_length += (size_t)n;
    for (size_t length; (length = whole(r->in, r->in_length)) > 0;) {
        if (r->in[0] != '$') {
            char kept = r->in[length];
            r->in[length] = 0;
            on_request(r, r->in);
            r->in[length] = kept;
        }
        memmove(r->in, r->in + length, r->in_length - length);
        r->in_length -= length;
    }
    if (r->in_length == sizeof r->in - 1)
        drop(slot);
}

static void on_accept(int listener)
{
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    int fd;
    while ((fd = accept4(listener, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK)) >= 0) {
        int slot = 0;
        while (slot < MAX_READERS && s_readers[slot])
            slot++;
        if (slot == MAX_READERS) {
            close(fd);
            continue;
        }
        struct reader *r = calloc(1, sizeof *r);
        r->fd = fd;
        r->peer = peer;
        r->stream = -1;
        s_readers[slot] = r;
        s_slots = slot < s_slots ? s_slots : slot + 1;
        set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)slot};
        epoll_ctl(s_epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        int value = atoi(argv[i + 1]);
        if (strcmp(argv[i], "--port") == 0) s_port = value;
        else if (strcmp(argv[i], "--streams") == 0) s_streams = value;
        else if (strcmp(argv[i], "--kbit") == 0) s_kbit = value;
        else if (strcmp(argv[i], "--fps") == 0) s_fps = value;
        else if (strcmp(argv[i], "--packet") == 0) s_packet = value;
        else if (strcmp(argv[i], "--gop") == 0) s_gop = value;
        else if (strcmp(argv[i], "--key-ratio") == 0) s_key_ratio = value;
        else die("unknown option %s", argv[i]);
    }
    if (s_port == 0 || s_packet < 100 || s_packet > 1900 || s_gop < 1 || s_key_ratio < 1)
        die("usage: camera --port P [--streams 1] [--kbit 2000] [--fps 25] [--packet 1400] [--gop 50] [--key-ratio 8]");
    if (s_gop > 1 && s_key_ratio >= s_gop)
        die("--key-ratio %d leaves nothing for the other frames of a group of %d: less than that", s_key_ratio, s_gop);
    if (frame_bytes(1) / s_packet + 1 > MAX_PACKETS)
        die("a key frame of %d bytes is more than %d packets: a lower --kbit or --key-ratio", frame_bytes(1), MAX_PACKETS);
    prepare_process();
    signal(SIGTERM, on_stop);
    signal(SIGINT, on_stop);
    s_sequence = calloc((size_t)s_streams, sizeof *s_sequence);
    s_frame = calloc((size_t)s_streams, sizeof *s_frame);
    s_epoll = epoll_create1(0);
    int listener = listen_tcp(s_port), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    if (!bind_udp_pair("127.0.0.1", &s_udp_port, &s_rtp, &s_rtcp))
        die("no pair of UDP ports");
    set_int(s_rtp, SOL_SOCKET, SO_SNDBUF, 4 << 20);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = 100000};
    epoll_ctl(s_epoll, EPOLL_CTL_ADD, listener, &event);
    event.data.u32 = 100001;
    epoll_ctl(s_epoll, EPOLL_CTL_ADD, timer, &event);
    fprintf(stderr, "ready rtsp://127.0.0.1:%d/cam-1\n", s_port);

    uint64_t start = now_ns(), tick = 0, interval = 1000000000u / (uint64_t)(s_fps * s_streams);
    set_timer(timer, start);
    while (!s_stop) {
        struct epoll_event ready[64];
        int n = epoll_wait(s_epoll, ready, 64, 100);
        for (int i = 0; i < n; i++) {
            uint32_t who = ready[i].data.u32;
            if (who == 100000) {
                on_accept(listener);
            } else if (who == 100001) {
                uint64_t expirations;
                (void)!read(timer, &expirations, sizeof expirations);
                for (uint64_t now = now_ns(); start + tick * interval <= now; tick++)
                    send_frame((int)(tick % (uint64_t)s_streams));
                set_timer(timer, start + tick * interval);
            } else if (s_readers[who]) {
                on_readable((int)who);
            }
        }
        for (int slot = 0; slot < s_slots; slot++)
            if (s_readers[slot] && s_readers[slot]->pending_length > 0)
                flush_pending(s_readers[slot]);
    }
    fprintf(stderr, "camera: %llu packets sent, %llu readers cut off\n", (unsigned long long)s_sent, (unsigned long long)s_cut);
    return 0;
}
