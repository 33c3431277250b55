/* N RTSP clients in one process and one thread, which count packets, losses by sequence number, and the latency of frames.
     load --url rtsp://127.0.0.1:P/proxyStream [--streams 1] --clients N --transport udp|tcp [--warm-up 3] [--duration 10] [--pid A,B]
          [--connect 100] [--rcvbuf 1048576] [--gro]
   With --streams S the URL holds a %d, and client k plays stream k modulo S plus 1. --pid names the server's processes: their CPU time
   (schedstat of every thread) and resident memory over the measuring window are printed with the rest, one line of key=value.
   Latency is from the camera's stamp, taken just before the frame's first packet is sent, to when this program has read the frame's last one. */
#include "rtsp.h"
#include <dirent.h>

#define BUCKET_US 20
#define BUCKETS (1000000 * 20 / BUCKET_US)
#define PER_ADDRESS 5000
#define BATCH 16

enum state { IDLE, CONNECTING, DESCRIBE, SETUP, PLAY, PLAYING, CLOSED };

struct client {
    enum state state;
    int control, rtp, rtcp, port, cseq;
    int started;        /* a packet was seen: expected is valid */
    uint16_t expected;
    uint32_t kernel_drops;
    char local[16];
    char session[64];
    char *kept;         /* the beginning of a TCP item whose rest has not come */
    size_t kept_length, kept_room;
};

static struct client *s_client;
static int s_clients = 100, s_streams = 1, s_tcp, s_warm_up = 3, s_duration = 10, s_connect = 100, s_rcvbuf = 1 << 20, s_gro;
static const char *s_url;
static char s_host[64];
static int s_port, s_epoll, s_opening, s_playing, s_next, s_closed, s_failed;
static uint64_t s_packets, s_lost, s_late, s_bytes, s_frames, s_drops, s_unstamped;
static uint32_t *s_histogram;
static int s_measuring;
static int s_pids[16], s_pid_count;
static char s_read[1 << 20];
static volatile sig_atomic_t s_stop;

static void on_stop(int signal)
{
    (void)signal;
    s_stop = 1;
}

static void url_of(int k, char *url, size_t size)
{
    if (s_streams > 1)
        snprintf(url, size, s_url, k % s_streams + 1);
    else
        snprintf(url, size, "%s", s_url);
}

static void watch(int fd, int k, int media, uint32_t events, int operation)
{
    struct epoll_event event = {.events = events, .data.u64 = (uint64_t)k << 1 | (uint64_t)media};
    epoll_ctl(s_epoll, operation, fd, &event);
}

/* ---- media ---- */

static void on_rtp(struct client *c, const uint8_t *p, size_t size, uint64_t now)
{
    if (size < RTP_HEADER)
        return;
    uint16_t seq = (uint16_t)(p[2] << 8 | p[3]);
    int16_t ahead = (int16_t)(seq - c->expected);
    if (c->started && ahead < 0) {
        s_late += (uint64_t)s_measuring;
        return;
    }
    if (c->started && ahead > 0 && s_measuring)
        s_lost += (uint64_t)ahead;
    c->expected = (uint16_t)(seq + 1);
    c->started = 1;
    if (!s_measuring)
        return;
    s_packets++;
    s_bytes += size;
    if (!(p[1] & 0x80))
        return;
    size_t head = RTP_HEADER + 4u * (p[0] & 15u);
    if ((p[0] & 0x10) && size >= head + 4)
        head += 4 + 4u * (size_t)(p[head + 2] << 8 | p[head + 3]);
    struct stamp stamp;
    if (size < head + STAMP_OFFSET + sizeof stamp)
        return;
    memcpy(&stamp, p + head + STAMP_OFFSET, sizeof stamp);
    if (stamp.magic != STAMP_MAGIC) {
        s_unstamped++;
        return;
    }
    uint64_t bucket = (now - stamp.sent_ns) / (1000 * BUCKET_US);
    s_histogram[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
    s_frames++;
}

static void on_udp(struct client *c)
{
    static uint8_t buffers[BATCH][65536];
    static union { char bytes[CMSG_SPACE(sizeof(uint32_t)) + CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } controls[BATCH];
    static struct iovec parts[BATCH];
    static struct mmsghdr messages[BATCH];
    for (int i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){buffers[i], s_gro ? sizeof buffers[i] : 2048};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1, .msg_control = controls[i].bytes, .msg_controllen = sizeof controls[i].bytes};
    }
    int n = recvmmsg(c->rtp, messages, BATCH, MSG_DONTWAIT, NULL);
    uint64_t now = now_ns();
    for (int i = 0; i < n; i++) {
        size_t segment = messages[i].msg_len;
        for (struct cmsghdr *m = CMSG_FIRSTHDR(&messages[i].msg_hdr); m != NULL; m = CMSG_NXTHDR(&messages[i].msg_hdr, m)) {
            if (m->cmsg_level == SOL_SOCKET && m->cmsg_type == SO_RXQ_OVFL) {
                uint32_t total = *(uint32_t *)CMSG_DATA(m);
                if (s_measuring)
                    s_drops += total - c->kernel_drops;
                c->kernel_drops = total;
            } else if (m->cmsg_level == IPPROTO_UDP && m->cmsg_type == 104) { /* UDP_GRO */
                segment = (size_t)*(int *)CMSG_DATA(m);
            }
        }
        for (size_t at = 0; at < messages[i].msg_len; at += segment)
            on_rtp(c, buffers[i] + at, messages[i].msg_len - at < segment ? messages[i].msg_len - at : segment, now);
    }
}

/* ---- requests ---- */

static void client_end(struct client *c, int failed, const char *why)
{
    if (c->state == CLOSED || c->state == IDLE)
        return;
    if (failed && s_failed++ < 5)
        fprintf(stderr, "load: client %d: %s (%s)\n", (int)(c - s_client), why, strerror(errno));
    if (c->state == PLAYING) {
        s_closed++;
        s_playing--;
    } else {
        s_opening--;
    }
    c->state = CLOSED;
    close(c->control);
    if (c->rtp > 0) {
        close(c->rtp);
        close(c->rtcp);
    }
}

static void request(struct client *c, const char *method, const char *url, const char *more)
{
    char text[1024];
    int n = snprintf(text, sizeof text, "%s %s RTSP/1.0\r\nCSeq: %d\r\nUser-Agent: load\r\n%s%s%s%s\r\n", method, url, ++c->cseq, c->session[0] ? "Session: " : "", c->session,
                     c->session[0] ? "\r\n" : "", more);
    if (send(c->control, text, (size_t)n, MSG_NOSIGNAL) != n)
        client_end(c, 1, "cannot send a request");
}

static void client_start(int k)
{
    struct client *c = &s_client[k];
    struct sockaddr_in to = address(s_host, s_port);
    snprintf(c->local, sizeof c->local, "127.0.0.%d", 1 + k / PER_ADDRESS);
    struct sockaddr_in from = address(c->local, 0);
    c->control = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->control < 0)
        die("socket: %s (client %d)", strerror(errno), k);
    set_int(c->control, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    set_int(c->control, IPPROTO_TCP, TCP_NODELAY, 1);
    bind(c->control, (struct sockaddr *)&from, sizeof from);
    c->state = CONNECTING;
    s_opening++;
    if (connect(c->control, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS)
        client_end(c, 1, "cannot connect");
    else
        watch(c->control, k, 0, EPOLLOUT, EPOLL_CTL_ADD);
}

static void open_udp(struct client *c, int k)
{
    static int next[256];
    int slot = k / PER_ADDRESS;
    c->port = next[slot] == 0 ? 18000 : next[slot];
    if (!bind_udp_pair(c->local, &c->port, &c->rtp, &c->rtcp))
        die("no UDP ports left on %s", c->local);
    next[slot] = c->port + 2;
    set_int(c->rtp, SOL_SOCKET, SO_RCVBUF, s_rcvbuf);
    set_int(c->rtp, SOL_SOCKET, SO_RXQ_OVFL, 1);
    if (s_gro)
        set_int(c->rtp, IPPROTO_UDP, 104, 1);
    watch(c->rtp, k, 1, EPOLLIN, EPOLL_CTL_ADD);
}

static void on_answer(struct client *c, int k, char *answer)
{
    char url[256], control[512], base[256], more[256], media[512];
    if (c->state == PLAYING)
        return;
    url_of(k, url, sizeof url);
    if (strncmp(answer, "RTSP/1.0 200", 12) != 0) {
        copy_line(media, sizeof media, answer, "\r");
        client_end(c, 1, media);
        return;
    }
    if (c->state == DESCRIBE) {
        copy_line(base, sizeof base, header(answer, "Content-Base"), "\r");
        char *video = strstr(answer, "m=video"), *line = video ? strstr(video, "a=control:") : NULL;
        copy_line(media, sizeof media, line ? line + 10 : "track1", "\r\n");
        if (base[0] == 0)
            snprintf(base, sizeof base, "%s", url);
        if (strstr(media, "://"))
            snprintf(control, sizeof control, "%s", media);
        else
            snprintf(control, sizeof control, "%s%s%.200s", base, base[strlen(base) - 1] == '/' ? "" : "/", media);
        if (s_tcp) {
            snprintf(more, sizeof more, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n");
        } else {
            open_udp(c, k);
            snprintf(more, sizeof more, "Transport: RTP/AVP;unicast;client_port=%d-%d\r\n", c->port, c->port + 1);
        }
        c->state = SETUP;
        request(c, "SETUP", control, more);
    } else if (c->state == SETUP) {
        copy_line(c->session, sizeof c->session, header(answer, "Session"), ";\r");
        c->state = PLAY;
        request(c, "PLAY", url, "Range: npt=0.000-\r\n");
    } else if (c->state == PLAY) {
        c->state = PLAYING;
        s_opening--;
        s_playing++;
    }
}

static void on_control(struct client *c, int k, uint32_t events)
{
    char url[256];
    if (c->state == CONNECTING) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(c->control, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            errno = error;
            client_end(c, 1, "cannot connect");
            return;
        }
        watch(c->control, k, 0, EPOLLIN, EPOLL_CTL_MOD);
        c->state = DESCRIBE;
        url_of(k, url, sizeof url);
        request(c, "DESCRIBE", url, "Accept: application/sdp\r\n");
        return;
    }
    (void)events;
    memcpy(s_read, c->kept, c->kept_length);
    ssize_t n = recv(c->control, s_read + c->kept_length, sizeof s_read - 1 - c->kept_length, MSG_DONTWAIT);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN)
            client_end(c, n < 0 || c->state != PLAYING, "closed by the server");
        return;
    }
    uint64_t now = now_ns();
    size_t length = c->kept_length + (size_t)n, used = 0, item;
    while (c->state != CLOSED && (item = whole(s_read + used, length - used)) > 0) {
        if (s_read[used] == '$') {
            if (s_read[used + 1] == 0)
                on_rtp(c, (uint8_t *)s_read + used + 4, item - 4, now);
        } else {
            char kept = s_read[used + item];
            s_read[used + item] = 0;
            on_answer(c, k, s_read + used);
            s_read[used + item] = kept;
        }
        used += item;
    }
    c->kept_length = length - used;
    if (c->kept_length > c->kept_room) {
        c->kept_room = c->kept_length + 2048;
        c->kept = realloc(c->kept, c->kept_room);
    }
    memcpy(c->kept, s_read + used, c->kept_length);
}

/* ---- the server's processes ---- */

static uint64_t cpu_ns(void)
{
    uint64_t sum = 0;
    for (int i = 0; i < s_pid_count; i++) {
        char path[300];
        snprintf(path, sizeof path, "/proc/%d/task", s_pids[i]);
        DIR *tasks = opendir(path);
        for (struct dirent *e; tasks && (e = readdir(tasks));) {
            if (e->d_name[0] == '.') /* task/../schedstat is there too: it would count the main thread twice */
                continue;
            snprintf(path, sizeof path, "/proc/%d/task/%.20s/schedstat", s_pids[i], e->d_name);
            FILE *f = fopen(path, "r");
            unsigned long long ns;
            if (f && fscanf(f, "%llu", &ns) == 1)
                sum += ns;
            if (f)
                fclose(f);
        }
        if (tasks)
            closedir(tasks);
    }
    return sum;
}

static double resident_mb(void)
{
    double kb = 0;
    for (int i = 0; i < s_pid_count; i++) {
        char path[64], line[256];
        snprintf(path, sizeof path, "/proc/%d/status", s_pids[i]);
        FILE *f = fopen(path, "r");
        while (f && fgets(line, sizeof line, f))
            if (strncmp(line, "VmRSS:", 6) == 0)
                kb += atof(line + 6);
        if (f)
            fclose(f);
    }
    return kb / 1024;
}

static double percentile(double share)
{
    uint64_t wanted = (uint64_t)((double)s_frames * share), seen = 0;
    for (int i = 0; i < BUCKETS; i++)
        if ((seen += s_histogram[i]) > wanted)
            return (i + 0.5) * BUCKET_US / 1000.0;
    return 0;
}

/* A request every 20 s from each, a few clients at a time, so that no server times a UDP session out. */
static void keep_alive(uint64_t now)
{
    static uint64_t last;
    static int next;
    char url[256];
    if (last == 0)
        last = now;
    int due = (int)((double)(now - last) / 20e9 * s_clients);
    if (due < 1)
        return;
    last = now;
    for (int i = 0; i < due && i < s_clients; i++, next = (next + 1) % s_clients) {
        if (s_client[next].state == PLAYING) {
            url_of(next, url, sizeof url);
            request(&s_client[next], "GET_PARAMETER", url, "");
        }
    }
}

static void run_until(uint64_t end, int connecting)
{
    struct epoll_event ready[512];
    for (uint64_t now = now_ns(); now < end && !s_stop; now = now_ns()) {
        while (connecting && s_next < s_clients && s_opening < s_connect)
            client_start(s_next++);
        if (connecting && s_next == s_clients && s_opening == 0)
            return;
        keep_alive(now);
        int n = epoll_wait(s_epoll, ready, 512, 20);
        for (int i = 0; i < n; i++) {
            int k = (int)(ready[i].data.u64 >> 1);
            struct client *c = &s_client[k];
            if (c->state == CLOSED)
                continue;
            if (ready[i].data.u64 & 1)
                on_udp(c);
            else
                on_control(c, k, ready[i].events);
        }
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--gro") == 0) { s_gro = 1; continue; }
        if (i + 1 == argc) die("%s wants a value", argv[i]);
        const char *name = argv[i], *value = argv[++i];
        if (strcmp(name, "--url") == 0) s_url = value;
        else if (strcmp(name, "--clients") == 0) s_clients = atoi(value);
        else if (strcmp(name, "--streams") == 0) s_streams = atoi(value);
        else if (strcmp(name, "--transport") == 0) s_tcp = strcmp(value, "tcp") == 0;
        else if (strcmp(name, "--warm-up") == 0) s_warm_up = atoi(value);
        else if (strcmp(name, "--duration") == 0) s_duration = atoi(value);
        else if (strcmp(name, "--connect") == 0) s_connect = atoi(value);
        else if (strcmp(name, "--rcvbuf") == 0) s_rcvbuf = atoi(value);
        else if (strcmp(name, "--pid") == 0)
            for (const char *p = value; *p && s_pid_count < 16; p += strcspn(p, ","), p += *p == ',')
                s_pids[s_pid_count++] = atoi(p);
        else die("unknown option %s", name);
    }
    if (s_url == NULL || s_clients < 1)
        die("usage: load --url URL [--streams S] --clients N --transport udp|tcp [--warm-up 3] [--duration 10] [--pid A,B]");
    prepare_process();
    signal(SIGTERM, on_stop);
    signal(SIGINT, on_stop);
    parse_url(s_url, s_host, &s_port);
    s_epoll = epoll_create1(0);
    s_client = calloc((size_t)s_clients, sizeof *s_client);
    s_histogram = calloc(BUCKETS, sizeof *s_histogram);

    uint64_t begin = now_ns();
    run_until(begin + 60000000000u, 1);
    double connected = (double)(now_ns() - begin) / 1e9;
    fprintf(stderr, "load: %d of %d play after %.1f s\n", s_playing, s_clients, connected);
    run_until(now_ns() + (uint64_t)s_warm_up * 1000000000u, 0);

    struct rusage own0, own1;
    uint64_t cpu0 = cpu_ns(), t0 = now_ns();
    getrusage(RUSAGE_SELF, &own0);
    s_measuring = 1;
    run_until(t0 + (uint64_t)s_duration * 1000000000u, 0);
    s_measuring = 0;
    getrusage(RUSAGE_SELF, &own1);
    double seconds = (double)(now_ns() - t0) / 1e9, cpu = (double)(cpu_ns() - cpu0) / 1e9;
    double own = (double)(own1.ru_utime.tv_sec + own1.ru_stime.tv_sec - own0.ru_utime.tv_sec - own0.ru_stime.tv_sec)
               + (double)(own1.ru_utime.tv_usec + own1.ru_stime.tv_usec - own0.ru_utime.tv_usec - own0.ru_stime.tv_usec) / 1e6;
    int silent = 0;
    for (int k = 0; k < s_clients; k++)
        silent += s_client[k].state == PLAYING && !s_client[k].started;
    printf("clients=%d transport=%s playing=%d closed=%d failed=%d silent=%d connect_s=%.1f seconds=%.1f packets=%llu mbit=%.1f lost=%llu late=%llu kernel_drops=%llu unstamped=%llu "
           "frames=%llu p50_ms=%.2f p99_ms=%.2f p999_ms=%.2f cpu_us_per_packet=%.3f cores=%.2f load_cores=%.2f rss_mb=%.1f\n",
           s_clients, s_tcp ? "tcp" : "udp", s_playing, s_closed, s_failed, silent, connected, seconds, (unsigned long long)s_packets, (double)s_bytes * 8 / 1e6 / seconds,
           (unsigned long long)s_lost, (unsigned long long)s_late, (unsigned long long)s_drops, (unsigned long long)s_unstamped, (unsigned long long)s_frames, percentile(0.5),
           percentile(0.99), percentile(0.999), s_packets ? cpu * 1e6 / (double)s_packets : 0, cpu / seconds, own / seconds, resident_mb());
    fflush(stdout);

    char url[256];
    for (int k = 0; k < s_clients; k++) {
        if (s_client[k].state == PLAYING) {
            url_of(k, url, sizeof url);
            request(&s_client[k], "TEARDOWN", url, "");
        }
    }
    run_until(now_ns() + 300000000u, 0);
    return s_playing + s_closed == s_clients && s_closed == 0 ? 0 : 3;
}
