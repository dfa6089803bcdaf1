// A disk that is full from the Nth write on: a library that the executable is started with (LD_PRELOAD).
//
// FULL_DISK_FOLDER   what is below it is on that disk
// FULL_DISK_AT       N; each call that creates, fills, names or keeps something there counts
// FULL_DISK_SEEN     the file to which it appends each call that has failed
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int count;

static int is_full(const char *call, const char *path) {
    const char *folder = getenv("FULL_DISK_FOLDER");
    if (strncmp(path, folder, strlen(folder)) != 0 || __sync_add_and_fetch(&count, 1) < atoi(getenv("FULL_DISK_AT"))) return 0;
    int seen = REAL(open)(getenv("FULL_DISK_SEEN"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dprintf(seen, "%s %s\n", call, path + strlen(folder));
    close(seen);
    errno = ENOSPC;
    return 1;
}

static int is_full_behind(const char *call, int file) {
    char link[64], path[4096] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    return readlink(link, path, sizeof path - 1) > 0 && is_full(call, path);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    // A file that is there already needs no space.
    if (flags & O_CREAT && access(path, F_OK) != 0 && is_full("create", path)) return -1;
    return REAL(open64)(path, flags, mode);
}

int mkdir(const char *path, mode_t mode) { return access(path, F_OK) != 0 && is_full("mkdir", path) ? -1 : REAL(mkdir)(path, mode); }
int rename(const char *from, const char *to) { return is_full("rename", to) ? -1 : REAL(rename)(from, to); }
int fsync(int file) { return is_full_behind("fsync", file) ? -1 : REAL(fsync)(file); }
ssize_t write(int file, const void *bytes, size_t size) { return is_full_behind("write", file) ? -1 : REAL(write)(file, bytes, size); }
