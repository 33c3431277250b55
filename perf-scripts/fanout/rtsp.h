/* What camera.c, floor.c and load.c share: clocks, sockets, the little RTSP that each of them needs, and the stamp in the payload. */
#ifndef FRP_RTSP_H
#define FRP_RTSP_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/* The stamp sits behind two bytes of H.264 payload header (FU indicator and FU header, or a NAL header and one byte of slice), so a relay that
   passes packets on leaves it alone. Times are CLOCK_MONOTONIC: both ends run on one machine. */
struct stamp {
    uint32_t magic;
    uint32_t frame;
    uint16_t index;
    uint16_t count;
    uint32_t reserved;
    uint64_t sent_ns;
} __attribute__((packed));

#define STAMP_MAGIC 0x46525053u
#define STAMP_OFFSET 2
#define RTP_HEADER 12

__attribute__((noreturn, format(printf, 1, 2), unused)) static void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

__attribute__((unused)) static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Nothing outlives the script that started it, and nothing runs out of descriptors before the machine does. */
__attribute__((unused)) static void prepare_process(void)
{
    struct rlimit limit;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

__attribute__((unused)) static void set_nonblocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

__attribute__((unused)) static void set_int(int fd, int level, int option, int value)
{
    setsockopt(fd, level, option, &value, sizeof value);
}

__attribute__((unused)) static struct sockaddr_in address(const char *host, int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
        die("not an IPv4 address: %s", host);
    return a;
}

__attribute__((unused)) static int listen_tcp(int port)
{
    struct sockaddr_in a = address("127.0.0.1", port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 4096) != 0)
        die("cannot listen on port %d: %s", port, strerror(errno));
    return fd;
}

/* An even port and its odd neighbour on the address, searched upward from *port; *port becomes the even one. Returns 0 when there is none. */
__attribute__((unused)) static int bind_udp_pair(const char *host, int *port, int *rtp, int *rtcp)
{
    for (int p = *port & ~1; p < 65534; p += 2) {
        struct sockaddr_in a = address(host, p), b = address(host, p + 1);
        *rtp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        *rtcp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        if (*rtp < 0 || *rtcp < 0)
            die("socket: %s", strerror(errno));
        if (bind(*rtp, (struct sockaddr *)&a, sizeof a) == 0 && bind(*rtcp, (struct sockaddr *)&b, sizeof b) == 0) {
            *port = p;
            return 1;
        }
        close(*rtp);
        close(*rtcp);
    }
    return 0;
}

/* "rtsp://1.2.3.4:554/path" into its parts. */
__attribute__((unused)) static void parse_url(const char *url, char *host, int *port)
{
    *port = 554;
    if (sscanf(url, "rtsp://%63[0-9.]:%d", host, port) < 1)
        die("not an rtsp:// URL with an IPv4 address: %s", url);
}

/* The value of a header in a complete head, or NULL; valid up to the end of its line. */
__attribute__((unused)) static const char *header(const char *head, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            line += length + 1;
            while (*line == ' ')
                line++;
            return line;
        }
    }
    return NULL;
}

__attribute__((unused)) static void copy_line(char *to, size_t size, const char *from, const char *ends)
{
    size_t n = from == NULL ? 0 : strcspn(from, ends);
    if (n >= size)
        n = size - 1;
    if (n > 0)
        memcpy(to, from, n);
    to[n] = 0;
}

/* The length of the first whole thing in the bytes: an interleaved frame ('$') or an RTSP message with its body; 0: more is needed.
   The bytes must have room for one more: a message's head is ended with a 0 while it is looked at. */
__attribute__((unused)) static size_t whole(char *bytes, size_t length)
{
    if (length < 4)
        return 0;
    if (bytes[0] == '$') {
        size_t frame = 4 + ((uint8_t)bytes[2] << 8 | (uint8_t)bytes[3]);
        return length >= frame ? frame : 0;
    }
    char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (end == NULL)
        return 0;
    char kept = end[2];
    end[2] = 0;
    const char *body = header(bytes, "Content-Length");
    size_t total = (size_t)(end - bytes) + 4 + (body ? strtoul(body, NULL, 10) : 0);
    end[2] = kept;
    return length >= total ? total : 0;
}

__attribute__((unused)) static void set_timer(int fd, uint64_t at_ns)
{
    struct itimerspec t = {.it_value = {(time_t)(at_ns / 1000000000u), (long)(at_ns % 1000000000u)}};
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &t, NULL);
}

#endif
