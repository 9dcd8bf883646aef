/* Faults on demand: a library for LD_PRELOAD by which one call of a kind below a folder fails, as it does on a disk that is
 * full, broken or not ours to write. A real file system fails when it likes; this one fails at each call in turn.
 *
 * ALOUD_FAULT_UNDER  the folder; nothing outside it is touched or counted
 * ALOUD_FAULT_LOG    a file outside it: a line for each call, "kind<TAB>path", with "<TAB>!" where it failed
 * ALOUD_FAULT_KIND   write, sync, rename, open, truncate, mkdir, link, unlink or chmod; opening counts if it is to write
 * ALOUD_FAULT_AT     which call of that kind fails, from 1
 * ALOUD_FAULT_ERRNO  with what; 0 writes half of the bytes and says so. On a disk that is full from then on, the first call
 *                    writes the half that there was room for
 * ALOUD_FAULT_ON     1: it and every later one
 *
 * A call that fails does nothing, as if it had never reached the disk.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SHORTER = -1 };

static const char *under, *kind;
static long at, number, on;
static int log_fd = -1;
static atomic_long calls;

__attribute__((constructor)) static void begin(void)
{
    const char *log = getenv("ALOUD_FAULT_LOG"), *text;
    under = getenv("ALOUD_FAULT_UNDER");
    kind = getenv("ALOUD_FAULT_KIND");
    at = (text = getenv("ALOUD_FAULT_AT")) ? atol(text) : 0;
    number = (text = getenv("ALOUD_FAULT_ERRNO")) ? atol(text) : EIO;
    on = (text = getenv("ALOUD_FAULT_ON")) ? atol(text) : 0;
    if (log)
        log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* What this call comes to: 0 for what it would be, an error, or SHORTER. */
static int fault(const char *of_kind, const char *path)
{
    char line[PATH_MAX + 32];
    size_t length = under ? strlen(under) : 0;
    if (log_fd < 0 || !length || strncmp(path, under, length) != 0)
        return 0;
    int fails = 0, halves = number == 0;
    if (at > 0 && kind && strcmp(kind, of_kind) == 0) {
        long call = atomic_fetch_add(&calls, 1) + 1;
        fails = call == at || (on && call > at);
        halves |= number == ENOSPC && on && call == at && strcmp(kind, "write") == 0;
    }
    int n = snprintf(line, sizeof line, "%s\t%s%s\n", of_kind, path, fails ? "\t!" : "");
    syscall(SYS_write, log_fd, line, n);
    return !fails ? 0 : halves ? SHORTER : (int)number;
}

static int fault_at(const char *of_kind, int folder, const char *path)
{
    char whole[PATH_MAX * 2], from[64];
    ssize_t n;
    if (path[0] == '/')
        return fault(of_kind, path);
    if (folder == AT_FDCWD)
        strcpy(from, "/proc/self/cwd");
    else
        snprintf(from, sizeof from, "/proc/self/fd/%d", folder);
    n = readlink(from, whole, PATH_MAX);
    if (n < 0)
        return 0;
    snprintf(whole + n, sizeof whole - n, "/%s", path);
    return fault(of_kind, whole);
}

static int fault_of(const char *of_kind, int fd)
{
    char from[64], path[PATH_MAX + 1];
    snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(from, path, PATH_MAX);
    if (n < 0)
        return 0;
    path[n] = 0;
    return fault(of_kind, path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
/* A call that may also do a part of `n`. */
#define PART(check, n, call)           \
    do {                               \
        int error = (check);           \
        if (error > 0) {               \
            errno = error;             \
            return -1;                 \
        }                              \
        if (error == SHORTER && n > 1) \
            n /= 2;                    \
        return call;                   \
    } while (0)
/* A call that fails wholly or is made. */
#define WHOLE(check, call)       \
    do {                         \
        size_t one = 1;          \
        PART(check, one, call);  \
    } while (0)
#define WRITE(fd, n, call) PART(fault_of("write", fd), n, call)

ssize_t write(int fd, const void *bytes, size_t n) { WRITE(fd, n, REAL(write)(fd, bytes, n)); }
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t to) { WRITE(fd, n, REAL(pwrite)(fd, bytes, n, to)); }
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t to) { WRITE(fd, n, REAL(pwrite64)(fd, bytes, n, to)); }
ssize_t writev(int fd, const struct iovec *parts, int n) { WRITE(fd, n, REAL(writev)(fd, parts, n)); }
/* No signal comes into a copy between two files but one that ends the process. */
static int copy_fault(int fd)
{
    int error = fault_of("write", fd);
    return error == EINTR ? 0 : error;
}
#define COPY(fd, n, call) PART(copy_fault(fd), n, call)
ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t n, unsigned flags)
{
    COPY(to, n, REAL(copy_file_range)(from, from_at, to, to_at, n, flags));
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t n)
{
    ssize_t (*real)(int, int, off64_t *, size_t) = (ssize_t(*)(int, int, off64_t *, size_t))dlsym(RTLD_NEXT, "sendfile64");
    COPY(to, n, real(to, from, at, n));
}

int fsync(int fd) { WHOLE(fault_of("sync", fd), REAL(fsync)(fd)); }
int fdatasync(int fd) { WHOLE(fault_of("sync", fd), REAL(fdatasync)(fd)); }
int ftruncate(int fd, off_t n) { WHOLE(fault_of("truncate", fd), REAL(ftruncate)(fd, n)); }
int ftruncate64(int fd, off64_t n) { WHOLE(fault_of("truncate", fd), REAL(ftruncate64)(fd, n)); }
int fchmod(int fd, mode_t mode) { WHOLE(fault_of("chmod", fd), REAL(fchmod)(fd, mode)); }
int mkdir(const char *path, mode_t mode) { WHOLE(fault_at("mkdir", AT_FDCWD, path), REAL(mkdir)(path, mode)); }
int unlink(const char *path) { WHOLE(fault_at("unlink", AT_FDCWD, path), REAL(unlink)(path)); }
int unlinkat(int folder, const char *path, int flags)
{
    WHOLE(fault_at("unlink", folder, path), REAL(unlinkat)(folder, path, flags));
}
int rename(const char *from, const char *to) { WHOLE(fault_at("rename", AT_FDCWD, to), REAL(rename)(from, to)); }
int renameat(int f, const char *from, int t, const char *to)
{
    WHOLE(fault_at("rename", t, to), REAL(renameat)(f, from, t, to));
}
int renameat2(int f, const char *from, int t, const char *to, unsigned flags)
{
    WHOLE(fault_at("rename", t, to), REAL(renameat2)(f, from, t, to, flags));
}
int link(const char *from, const char *to) { WHOLE(fault_at("link", AT_FDCWD, to), REAL(link)(from, to)); }
int linkat(int f, const char *from, int t, const char *to, int flags)
{
    WHOLE(fault_at("link", t, to), REAL(linkat)(f, from, t, to, flags));
}

/* To read is no fault of the disk that is full; only what is opened to write or made counts. */
static int fault_open(int folder, const char *path, int flags)
{
    return flags & (O_WRONLY | O_RDWR | O_CREAT) ? fault_at("open", folder, path) : 0;
}

#define MODE(flags)                               \
    mode_t mode = 0;                              \
    if (flags & (O_CREAT | __O_TMPFILE)) {        \
        va_list more;                             \
        va_start(more, flags);                    \
        mode = va_arg(more, mode_t);              \
        va_end(more);                             \
    }
int open(const char *path, int flags, ...)
{
    MODE(flags);
    WHOLE(fault_open(AT_FDCWD, path, flags), REAL(open)(path, flags, mode));
}
int open64(const char *path, int flags, ...)
{
    MODE(flags);
    WHOLE(fault_open(AT_FDCWD, path, flags), REAL(open64)(path, flags, mode));
}
int openat(int folder, const char *path, int flags, ...)
{
    MODE(flags);
    WHOLE(fault_open(folder, path, flags), REAL(openat)(folder, path, flags, mode));
}
int openat64(int folder, const char *path, int flags, ...)
{
    MODE(flags);
    WHOLE(fault_open(folder, path, flags), REAL(openat64)(folder, path, flags, mode));
}
int creat(const char *path, mode_t mode) { WHOLE(fault_open(AT_FDCWD, path, O_CREAT), REAL(creat)(path, mode)); }
int creat64(const char *path, mode_t mode) { WHOLE(fault_open(AT_FDCWD, path, O_CREAT), REAL(creat64)(path, mode)); }
