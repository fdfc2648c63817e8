#define _GNU_SOURCE
#include "COctetPlatform.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
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
  // A pipe without a writer is no reason to wait: only regular files are mapped.
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
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

_Static_assert(OCTET_ENOENT == ENOENT && OCTET_EINVAL == EINVAL, "Linux's numbers");

int octet_path_kind(const char *path) {
  struct stat info;
  if (stat(path, &info) != 0) return OCTET_PATH_MISSING;
  if (S_ISDIR(info.st_mode)) return OCTET_PATH_FOLDER;
  return S_ISREG(info.st_mode) ? OCTET_PATH_FILE : OCTET_PATH_OTHER;
}

int octet_same_file(const char *path, const char *other) {
  struct stat a, b;
  return stat(path, &a) == 0 && stat(other, &b) == 0 && S_ISREG(a.st_mode) &&
         a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int octet_check_folder(const char *path) {
  return access(path, W_OK | X_OK) == 0 ? 0 : errno;
}

int octet_list_folder(const char *path, size_t limit, void *context,
                      void (*visit)(void *context, const char *name)) {
  DIR *folder = opendir(path);
  if (folder == NULL) return errno;
  struct dirent *entry;
  while (limit > 0 && (entry = readdir(folder)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    visit(context, entry->d_name);
    limit--;
  }
  closedir(folder);
  return 0;
}

int octet_open_for_reading(const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}

int octet_read_descriptor(int descriptor, uint8_t *bytes, size_t capacity, size_t *count) {
  ssize_t done;
  do {
    done = read(descriptor, bytes, capacity);
  } while (done < 0 && errno == EINTR);
  *count = done > 0 ? (size_t)done : 0;
  return done < 0 ? errno : 0;
}

void octet_close(int descriptor) { close(descriptor); }

void octet_unmap(const uint8_t *bytes, size_t count) {
  if (count > 0) munmap((void *)bytes, count);
}

void octet_forget_pages(const uint8_t *bytes, size_t count) {
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  const uintptr_t first = ((uintptr_t)bytes + page - 1) / page * page;
  const uintptr_t last = ((uintptr_t)bytes + count) / page * page;
  if (first < last) madvise((void *)first, last - first, MADV_DONTNEED);
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

static int write_directly(const char *path, const uint8_t *bytes, size_t count) {
  int descriptor = open(path, O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  int error = octet_write_descriptor(descriptor, bytes, count);
  if (close(descriptor) != 0 && error == 0) error = errno;
  return error;
}

/// Opens a new file `target`.N.part and gives its name in `temporary`, which has room for it.
static int open_beside(const char *target, char *temporary, size_t capacity) {
  int descriptor = -1;
  for (unsigned attempt = 0; attempt < 100; attempt++) {
    snprintf(temporary, capacity, "%s.%ld-%u.part", target, (long)getpid(), attempt);
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0 || errno != EEXIST) break;
  }
  return descriptor;
}

static int replace(const char *target, const uint8_t *bytes, size_t count) {
  size_t capacity = strlen(target) + 48;
  char *temporary = malloc(capacity);
  if (temporary == NULL) return ENOMEM;
  // Ctrl-C waits until the file is there or the temporary one is gone. A limit on the size of files is an
  // error like any other.
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);
  void (*size_handler)(int) = signal(SIGXFSZ, SIG_IGN);
  int error = 0;
  int descriptor = open_beside(target, temporary, capacity);
  if (descriptor < 0) {
    error = errno;
  } else {
    error = octet_write_descriptor(descriptor, bytes, count);
    // Some file systems cannot flush.
    if (error == 0 && fsync(descriptor) != 0 && errno != EINVAL) error = errno;
    if (close(descriptor) != 0 && error == 0) error = errno;
    if (error == 0 && rename(temporary, target) != 0) error = errno;
    if (error != 0) unlink(temporary);
  }
  free(temporary);
  signal(SIGXFSZ, size_handler);
  sigprocmask(SIG_SETMASK, &before, NULL);
  return error;
}

int octet_write_file(const char *path, const uint8_t *bytes, size_t count) {
  switch (octet_path_kind(path)) {
    case OCTET_PATH_FOLDER: return EISDIR;
    case OCTET_PATH_OTHER: return write_directly(path, bytes, count);
    case OCTET_PATH_MISSING: return *path == 0 ? EINVAL : replace(path, bytes, count);
  }
  char *target = realpath(path, NULL);
  if (target == NULL) return errno;
  int error = replace(target, bytes, count);
  free(target);
  return error;
}

const char *octet_error_text(int code) { return strerror(code); }

_Noreturn void octet_exit(int code) { exit(code); }

uint64_t octet_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int octet_available_cpus(void) {
  cpu_set_t cpus;
  if (sched_getaffinity(0, sizeof cpus, &cpus) != 0) return 1;
  const int count = CPU_COUNT(&cpus);
  return count > 0 ? count : 1;
}

uint64_t octet_peak_resident_bytes(void) {
  // getrusage also counts what the process held before it executed this program.
  FILE *status = fopen("/proc/self/status", "r");
  if (status == NULL) return 0;
  char line[256];
  unsigned long long kibibytes = 0;
  while (fgets(line, sizeof line, status) != NULL) {
    if (sscanf(line, "VmHWM: %llu", &kibibytes) == 1) break;
  }
  fclose(status);
  return kibibytes * 1024;
}
