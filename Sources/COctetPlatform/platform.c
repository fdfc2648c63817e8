#include "COctetPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int octet_map_file(const char *path, const uint8_t **bytes, size_t *count) {
  *bytes = NULL;
  *count = 0;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  struct stat info;
  int error = 0;
  if (fstat(descriptor, &info) != 0) {
    error = errno;
  } else if (S_ISDIR(info.st_mode)) {
    error = EISDIR;
  } else if (!S_ISREG(info.st_mode)) {
    error = EINVAL;
  } else if ((uintmax_t)info.st_size > SIZE_MAX) {
    error = EFBIG;
  } else if (info.st_size > 0) {
    void *address = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (address == MAP_FAILED) {
      error = errno;
    } else {
      *bytes = address;
      *count = (size_t)info.st_size;
    }
  }
  close(descriptor);
  return error;
}

void octet_unmap(const uint8_t *bytes, size_t count) {
  if (count > 0) munmap((void *)bytes, count);
}

int octet_write_descriptor(int descriptor, const uint8_t *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(descriptor, bytes, count);
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes += written;
    count -= (size_t)written;
  }
  return 0;
}

int octet_write_file(const char *path, const uint8_t *bytes, size_t count) {
  // A device or a pipe, such as /dev/null, cannot be replaced by a rename.
  struct stat info;
  if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
    if (S_ISDIR(info.st_mode)) return EISDIR;
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return errno;
    int error = octet_write_descriptor(descriptor, bytes, count);
    close(descriptor);
    return error;
  }
  size_t length = strlen(path);
  char *temporary = malloc(length + 32);
  if (temporary == NULL) return ENOMEM;
  snprintf(temporary, length + 32, "%s.%ld.part", path, (long)getpid());
  // Ctrl-C waits until the file is there or the temporary one is gone.
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);
  int error = 0;
  int descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    error = errno;
  } else {
    error = octet_write_descriptor(descriptor, bytes, count);
    if (error == 0 && fsync(descriptor) != 0) error = errno;
    if (close(descriptor) != 0 && error == 0) error = errno;
    if (error == 0 && rename(temporary, path) != 0) error = errno;
    if (error != 0) unlink(temporary);
  }
  free(temporary);
  sigprocmask(SIG_SETMASK, &before, NULL);
  return error;
}

const char *octet_error_text(int code) { return strerror(code); }

_Noreturn void octet_exit(int code) { exit(code); }

uint64_t octet_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
