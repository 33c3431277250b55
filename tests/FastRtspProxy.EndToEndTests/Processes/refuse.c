/*
 * refuse ERRNO CALL[,CALL...] PROGRAM [ARGUMENT...]
 *
 * Runs a program from which the named system calls are taken away by a seccomp filter, as a container's profile does it: they answer ERRNO and do nothing. A call is
 * one of the names below, or setsockopt:LEVEL:OPTION, which takes one option away.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __NR_epoll_pwait2
#define __NR_epoll_pwait2 441
#endif

static const struct {
    const char *name;
    unsigned number;
} calls[] = {
    { "accept4", __NR_accept4 },
    { "epoll_create1", __NR_epoll_create1 },
    { "epoll_ctl", __NR_epoll_ctl },
    { "epoll_pwait2", __NR_epoll_pwait2 },
    { "eventfd2", __NR_eventfd2 },
    { "recvmmsg", __NR_recvmmsg },
    { "recvmsg", __NR_recvmsg },
    { "sendmmsg", __NR_sendmmsg },
    { "sendmsg", __NR_sendmsg },
    { "setsockopt", __NR_setsockopt },
    { "getsockopt", __NR_getsockopt },
    { "prlimit64", __NR_prlimit64 },
#ifdef __NR_epoll_wait
    { "epoll_wait", __NR_epoll_wait },
#else
    { "epoll_wait", __NR_epoll_pwait },
#endif
};

static struct sock_filter filter[256];
static unsigned short length;

static void add(unsigned short code, unsigned k, unsigned char if_true, unsigned char if_false) {
    filter[length++] = (struct sock_filter){ code, if_true, if_false, k };
}

/* The low half of an argument: both architectures are little-endian. */
static void load_argument(int index) {
    add(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * index, 0, 0);
}

static int refuse(const char *call, unsigned answer) {
    unsigned level, option;
    add(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
    if (sscanf(call, "setsockopt:%u:%u", &level, &option) == 2) {
        add(BPF_JMP | BPF_JEQ | BPF_K, __NR_setsockopt, 0, 5);
        load_argument(1);
        add(BPF_JMP | BPF_JEQ | BPF_K, level, 0, 3);
        load_argument(2);
        add(BPF_JMP | BPF_JEQ | BPF_K, option, 0, 1);
        add(BPF_RET | BPF_K, answer, 0, 0);
        return 0;
    }
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(call, calls[i].name) == 0) {
            add(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1);
            add(BPF_RET | BPF_K, answer, 0, 0);
            return 0;
        }
    }
    fprintf(stderr, "refuse: no such call: %s\n", call);
    return 2;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "refuse ERRNO CALL[,CALL...] PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    unsigned answer = SECCOMP_RET_ERRNO | ((unsigned)atoi(argv[1]) & SECCOMP_RET_DATA);
    for (char *call = strtok(argv[2], ","); call && length < 200; call = strtok(NULL, ",")) {
        if (refuse(call, answer)) {
            return 2;
        }
    }
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    struct sock_fprog program = { length, filter };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        perror("refuse: prctl");
        return 1;
    }
    execvp(argv[3], argv + 3);
    perror(argv[3]);
    return 127;
}
