/* The floor: a bare C relay that reads each camera stream once and sends each frame once per client. What it costs is what the kernel charges.
     floor --port P --camera rtsp://127.0.0.1:C/cam-%d [--streams 1] [--camera-tcp]
   Stream n is served as /proxyStream-n (/proxyStream for one stream), the names of the proxy, and printed the same way.
   TCP: one send of the frame's contiguous interleaved bytes per client. UDP: runs of equal-sized packets with UDP_SEGMENT, one iovec array for
   all clients, 128 messages to a sendmmsg. One thread, no RTCP, no limits, no time-outs: less than any server can do, on purpose. */
#include "rtsp.h"

#define MAX_STREAMS 1000
#define MAX_CLIENTS 20000
#define MAX_PACKETS 1024
#define VECTOR 128
#define PENDING_LIMIT (1 << 20)

enum kind { LISTENER, CLIENT, CAMERA_UDP, CAMERA_TCP };

struct source { enum kind kind; int fd; };

struct client {
    struct source source;
    int stream, tcp, channel, playing, slot, writing;
    struct sockaddr_in rtp, peer;
    size_t in_length;
    char in[4097];
    char *pending;
    size_t pending_length;
};

struct stream {
    struct source media; /* the UDP socket, or the connection when interleaved */
    int control;
    char sdp[4096];
    uint8_t frame[MAX_PACKETS * 1600];
    size_t length, offset[MAX_PACKETS + 1];
    int packets;
    char in[1 << 17];
    size_t in_length;
    struct client **viewers;
    int viewer_count;
};

static int s_port, s_streams = 1, s_camera_tcp, s_epoll, s_rtp, s_rtcp, s_udp_port = 17000;
static struct stream *s_stream;
static uint64_t s_dropped_frames, s_received;
static volatile sig_atomic_t s_stop;

static void on_stop(int signal)
{
    (void)signal;
    s_stop = 1;
}

static void watch(struct source *source, uint32_t events, int operation)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    epoll_ctl(s_epoll, operation, source->fd, &event);
}

/* ---- towards the clients ---- */

static void send_or_keep(struct client *c, const void *bytes, size_t length)
{
    ssize_t n = 0;
    if (c->pending_length == 0) {
        n = send(c->source.fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            n = 0;
        if ((size_t)n == length)
            return;
    }
    if (c->pending_length + length - (size_t)n > PENDING_LIMIT) {
        s_dropped_frames++;
        return;
    }
    if (c->pending == NULL)
        c->pending = malloc(PENDING_LIMIT);
    memcpy(c->pending + c->pending_length, (const char *)bytes + n, length - (size_t)n);
    c->pending_length += length - (size_t)n;
    if (!c->writing) {
        c->writing = 1;
        watch(&c->source, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    }
}

static void flush_pending(struct client *c)
{
    ssize_t n = send(c->source.fd, c->pending, c->pending_length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
        memmove(c->pending, c->pending + n, c->pending_length - (size_t)n);
        c->pending_length -= (size_t)n;
    }
    if (c->pending_length == 0) {
        c->writing = 0;
        watch(&c->source, EPOLLIN, EPOLL_CTL_MOD);
    }
}

static struct mmsghdr s_vector[VECTOR];
static int s_filled;

static void flush_vector(void)
{
    for (int done = 0; done < s_filled;) {
        int n = sendmmsg(s_rtp, s_vector + done, (unsigned)(s_filled - done), MSG_DONTWAIT);
        if (n > 0) {
            done += n;
        } else if (errno == EAGAIN || errno == ENOBUFS) {
            struct pollfd writable = {s_rtp, POLLOUT, 0};
            poll(&writable, 1, 10);
        } else {
            done++;
        }
    }
    s_filled = 0;
}

static void fan_out(struct stream *s)
{
    static struct iovec parts[MAX_PACKETS];
    static struct { int first, count; union { char bytes[CMSG_SPACE(sizeof(uint16_t))]; struct cmsghdr align; } control; } runs[MAX_PACKETS];
    int run_count = 0;
    for (int i = 0; i < s->packets; i++)
        parts[i] = (struct iovec){s->frame + s->offset[i] + 4, s->offset[i + 1] - s->offset[i] - 4};
    for (int i = 0; i < s->packets;) {
        size_t size = parts[i].iov_len, bytes = size;
        int n = 1;
        while (i + n < s->packets && n < 64 && bytes + parts[i + n].iov_len <= 65000 && parts[i + n].iov_len <= size) {
            bytes += parts[i + n].iov_len;
            if (parts[i + n++].iov_len < size)
                break;
        }
        struct cmsghdr *c = (struct cmsghdr *)runs[run_count].control.bytes;
        c->cmsg_level = IPPROTO_UDP;
        c->cmsg_type = UDP_SEGMENT;
        c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        *(uint16_t *)CMSG_DATA(c) = (uint16_t)size;
        runs[run_count].first = i;
        runs[run_count++].count = n;
        i += n;
    }
    uint8_t channel = 0;
    for (int v = 0; v < s->viewer_count; v++) {
        struct client *c = s->viewers[v];
        if (c->tcp) {
            if (c->channel != channel) {
                channel = (uint8_t)c->channel;
                for (int i = 0; i < s->packets; i++)
                    s->frame[s->offset[i] + 1] = channel;
            }
            send_or_keep(c, s->frame, s->length);
            continue;
        }
        for (int r = 0; r < run_count; r++) {
            struct msghdr *m = &s_vector[s_filled].msg_hdr;
            m->msg_name = &c->rtp;
            m->msg_namelen = sizeof c->rtp;
            m->msg_iov = parts + runs[r].first;
            m->msg_iovlen = (size_t)runs[r].count;
            m->msg_control = runs[r].count > 1 ? runs[r].control.bytes : NULL;
            m->msg_controllen = runs[r].count > 1 ? sizeof runs[r].control.bytes : 0;
            if (++s_filled == VECTOR)
                flush_vector();
        }
    }
    flush_vector();
    s->length = 0;
    s->packets = 0;
}

/* ---- from the camera ---- */

static void on_packet(struct stream *s, const uint8_t *packet, size_t size)
{
    if (size < RTP_HEADER || s->length + 4 + size > sizeof s->frame || s->packets == MAX_PACKETS)
        return;
    uint8_t *p = s->frame + s->length;
    p[0] = '$';
    p[1] = 0;
    p[2] = (uint8_t)(size >> 8);
    p[3] = (uint8_t)size;
    memcpy(p + 4, packet, size);
    s->offset[s->packets++] = s->length;
    s->length += 4 + size;
    s->offset[s->packets] = s->length;
    s_received++;
    if (packet[1] & 0x80)
        fan_out(s);
}

static void on_camera_udp(struct stream *s)
{
    static uint8_t buffers[32][2048];
    static struct iovec parts[32];
    static struct mmsghdr messages[32];
    for (int n = 32; n == 32;) {
        for (int i = 0; i < 32; i++) {
            parts[i] = (struct iovec){buffers[i], sizeof buffers[i]};
            messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
        }
        n = recvmmsg(s->media.fd, messages, 32, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++)
            on_packet(s, buffers[i], messages[i].msg_len);
    }
}

static void on_camera_tcp(struct stream *s)
{
    ssize_t n = recv(s->media.fd, s->in + s->in_length, sizeof s->in - 1 - s->in_length, MSG_DONTWAIT);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN)
            die("the camera has gone");
        return;
    }
    s->in_length += (size_t)n;
    size_t used = 0;
    for (size_t length; (length = whole(s->in + used, s->in_length - used)) > 0; used += length)
        if (s->in[used] == '$' && s->in[used + 1] == 0)
            on_packet(s, (uint8_t *)s->in + used + 4, length - 4);
    memmove(s->in, s->in + used, s->in_length - used);
    s->in_length -= used;
}

/* One request and its answer, blocking: the relay is not running yet. Interleaved frames that come first are kept for later. */
static void ask(struct stream *s, const char *request, char *answer, size_t size)
{
    if (send(s->control, request, strlen(request), MSG_NOSIGNAL) < 0)
        die("the camera does not take requests: %s", strerror(errno));
    for (;;) {
        size_t length = whole(s->in, s->in_length);
        if (length > 0) {
            int media = s->in[0] == '$';
            if (!media) {
                snprintf(answer, size, "%.*s", (int)length, s->in);
                if (strncmp(answer, "RTSP/1.0 200", 12) != 0)
                    die("the camera answers: %s", answer);
            }
            memmove(s->in, s->in + length, s->in_length - length);
            s->in_length -= length;
            if (!media)
                return;
            continue;
        }
        ssize_t n = recv(s->control, s->in + s->in_length, sizeof s->in - 1 - s->in_length, 0);
        if (n <= 0)
            die("the camera closed the connection");
        s->in_length += (size_t)n;
    }
}

static void open_camera(struct stream *s, int index, const char *pattern)
{
    char url[256], host[64], request[1024], answer[8192], session[64], track[64];
    static int udp_port = 15000; /* upward from the last one: else the search is quadratic */
    int port, rtp, rtcp;
    snprintf(url, sizeof url, pattern, index + 1); /* the pattern is the caller's own "...%d" */
    parse_url(url, host, &port);
    struct sockaddr_in a = address(host, port);
    s->control = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s->control, (struct sockaddr *)&a, sizeof a) != 0)
        die("cannot connect to %s: %s", url, strerror(errno));
    snprintf(request, sizeof request, "DESCRIBE %s RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n", url);
    ask(s, request, answer, sizeof answer);
    const char *body = strstr(answer, "\r\n\r\n");
    snprintf(s->sdp, sizeof s->sdp, "%s", body ? body + 4 : "");
    /* The last control attribute is the video's: the cameras here have one track. */
    copy_line(track, sizeof track, "track1", "\r");
    for (const char *line = s->sdp; (line = strstr(line, "a=control:")) != NULL; line++)
        copy_line(track, sizeof track, line + 10, "\r\n");
    if (s_camera_tcp) {
        snprintf(request, sizeof request, "SETUP %s/%s RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n", url, track);
        s->media = (struct source){CAMERA_TCP, s->control};
    } else {
        if (!bind_udp_pair("127.0.0.1", &udp_port, &rtp, &rtcp))
            die("no pair of UDP ports");
        set_int(rtp, SOL_SOCKET, SO_RCVBUF, 4 << 20);
        snprintf(request, sizeof request, "SETUP %s/%s RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP;unicast;client_port=%d-%d\r\n\r\n", url, track, udp_port, udp_port + 1);
        s->media = (struct source){CAMERA_UDP, rtp};
    }
    ask(s, request, answer, sizeof answer);
    copy_line(session, sizeof session, header(answer, "Session"), ";\r");
    snprintf(request, sizeof request, "PLAY %s RTSP/1.0\r\nCSeq: 3\r\nSession: %s\r\n\r\n", url, session);
    ask(s, request, answer, sizeof answer);
    set_nonblocking(s->media.fd);
    watch(&s->media, EPOLLIN, EPOLL_CTL_ADD);
}

/* ---- requests of clients ---- */

static void leave(struct client *c)
{
    if (!c->playing)
        return;
    struct stream *s = &s_stream[c->stream];
    s->viewers[c->slot] = s->viewers[--s->viewer_count];
    s->viewers[c->slot]->slot = c->slot;
    c->playing = 0;
}

static void end(struct client *c)
{
    leave(c);
    close(c->source.fd);
    free(c->pending);
    free(c);
}

static void on_request(struct client *c, const char *request)
{
    char method[32] = "", url[256] = "", transport[256], text[8192], more[6000] = "";
    const char *status = "200 OK";
    int cseq = header(request, "CSeq") ? atoi(header(request, "CSeq")) : 0;
    sscanf(request, "%31s %255s", method, url);
    const char *path = strstr(url, "/proxyStream");
    int stream = path == NULL ? -1 : path[12] == '-' ? atoi(path + 13) - 1 : 0;
    if (stream < 0 || stream >= s_streams) {
        status = "404 Not Found";
    } else if (strcmp(method, "DESCRIBE") == 0) {
        snprintf(more, sizeof more, "Content-Base: %s/\r\nContent-Type: application/sdp\r\nContent-Length: %zu\r\n", url, strlen(s_stream[stream].sdp));
    } else if (strcmp(method, "SETUP") == 0) {
        copy_line(transport, sizeof transport, header(request, "Transport"), "\r,");
        const char *ports = strstr(transport, "client_port="), *channels = strstr(transport, "interleaved=");
        c->stream = stream;
        c->tcp = strstr(transport, "/TCP") != NULL;
        c->channel = channels ? atoi(channels + 12) : 0;
        if (c->tcp) {
            snprintf(more, sizeof more, "Session: %08x\r\nTransport: RTP/AVP/TCP;unicast;interleaved=%d-%d\r\n", c->source.fd, c->channel, c->channel + 1);
        } else {
            int port = ports ? atoi(ports + 12) : 0;
            c->rtp = c->peer;
            c->rtp.sin_port = htons((uint16_t)port);
            snprintf(more, sizeof more, "Session: %08x\r\nTransport: RTP/AVP;unicast;client_port=%d-%d;server_port=%d-%d\r\n", c->source.fd, port, port + 1, s_udp_port,
                     s_udp_port + 1);
        }
    } else if (strcmp(method, "PLAY") == 0) {
        snprintf(more, sizeof more, "Session: %08x\r\n", c->source.fd);
    } else if (strcmp(method, "TEARDOWN") == 0) {
        leave(c);
    }
    int n = snprintf(text, sizeof text, "RTSP/1.0 %s\r\nCSeq: %d\r\n%s\r\n%s", status, cseq, more, strcmp(method, "DESCRIBE") == 0 && stream >= 0 ? s_stream[stream].sdp : "");
    send_or_keep(c, text, (size_t)n);
    if (strcmp(method, "PLAY") == 0 && !c->playing && stream >= 0 && stream < s_streams) {
        struct stream *s = &s_stream[c->stream];
        c->slot = s->viewer_count;
        s->viewers[s->viewer_count++] = c;
        c->playing = 1;
    }
}

static void on_client(struct client *c, uint32_t events)
{
    if (events & EPOLLOUT)
        flush_pending(c);
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        return;
    ssize_t n = recv(c->source.fd, c->in + c->in_length, sizeof c->in - 1 - c->in_length, MSG_DONTWAIT);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN)
            end(c);
        return;
    }
    c->in_length += (size_t)n;
    for (size_t length; (length = whole(c->in, c->in_length)) > 0;) {
        if (c->in[0] != '$') {
            char kept = c->in[length];
            c->in[length] = 0;
            on_request(c, c->in);
            c->in[length] = kept;
        }
        memmove(c->in, c->in + length, c->in_length - length);
        c->in_length -= length;
    }
    if (c->in_length == sizeof c->in - 1)
        end(c);
}

static void on_accept(int listener)
{
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    int fd;
    while ((fd = accept4(listener, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK)) >= 0) {
        struct client *c = calloc(1, sizeof *c);
        c->source = (struct source){CLIENT, fd};
        c->peer = peer;
        set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
        set_int(fd, SOL_SOCKET, SO_SNDBUF, 256 << 10);
        watch(&c->source, EPOLLIN, EPOLL_CTL_ADD);
    }
}

int main(int argc, char **argv)
{
    const char *camera = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--camera-tcp") == 0) s_camera_tcp = 1;
        else if (i + 1 == argc) die("%s wants a value", argv[i]);
        else if (strcmp(argv[i], "--port") == 0) s_port = atoi(argv[++i]);
        else if (strcmp(argv[i], "--streams") == 0) s_streams = atoi(argv[++i]);
        else if (strcmp(argv[i], "--camera") == 0) camera = argv[++i];
        else die("unknown option %s", argv[i]);
    }
    if (s_port == 0 || camera == NULL || s_streams < 1 || s_streams > MAX_STREAMS)
        die("usage: floor --port P --camera rtsp://127.0.0.1:C/cam-%%d [--streams 1] [--camera-tcp]");
    prepare_process();
    signal(SIGTERM, on_stop);
    signal(SIGINT, on_stop);
    s_epoll = epoll_create1(0);
    if (!bind_udp_pair("127.0.0.1", &s_udp_port, &s_rtp, &s_rtcp))
        die("no pair of UDP ports");
    set_int(s_rtp, SOL_SOCKET, SO_SNDBUF, 4 << 20);
    s_stream = calloc((size_t)s_streams, sizeof *s_stream);
    for (int i = 0; i < s_streams; i++) {
        s_stream[i].viewers = malloc(MAX_CLIENTS * sizeof(struct client *));
        open_camera(&s_stream[i], i, camera);
    }
    struct source listener = {LISTENER, listen_tcp(s_port)};
    watch(&listener, EPOLLIN, EPOLL_CTL_ADD);
    for (int i = 0; i < s_streams; i++)
        fprintf(stderr, s_streams == 1 ? "\tPlay this stream using the URL: rtsp://127.0.0.1:%d/proxyStream\n" : "\tPlay this stream using the URL: rtsp://127.0.0.1:%d/proxyStream-%d\n",
                s_port, i + 1);

    while (!s_stop) {
        struct epoll_event ready[256];
        int n = epoll_wait(s_epoll, ready, 256, 200);
        for (int i = 0; i < n; i++) {
            struct source *source = ready[i].data.ptr;
            switch (source->kind) {
            case LISTENER: on_accept(source->fd); break;
            case CLIENT: on_client((struct client *)source, ready[i].events); break;
            case CAMERA_UDP: on_camera_udp((struct stream *)source); break;
            case CAMERA_TCP: on_camera_tcp((struct stream *)source); break;
            }
        }
    }
    fprintf(stderr, "floor: %llu packets received, %llu frames not sent\n", (unsigned long long)s_received, (unsigned long long)s_dropped_frames);
    return 0;
}
