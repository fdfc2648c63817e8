#ifndef OCTET_PLATFORM_H
#define OCTET_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

/// The operating system's part of the device tool, without Swift's Glibc module, which Embedded
/// Swift does not have.

/// Maps a whole file for reading. Returns 0 and sets `bytes` and `count`, or returns errno. An empty
/// file gives count 0 and bytes NULL.
int octet_map_file(const char *path, const uint8_t **bytes, size_t *count);

#define OCTET_PATH_MISSING 0
#define OCTET_PATH_FOLDER 1
#define OCTET_PATH_FILE 2
#define OCTET_PATH_OTHER 3

/// What `path` leads to, symbolic links followed.
int octet_path_kind(const char *path);

/// 1 when both paths lead to one regular file, else 0.
int octet_same_file(const char *path, const char *other);

/// 0 when a file can be made in folder `path`, else errno.
int octet_check_folder(const char *path);

/// Calls `visit` with at most `limit` names in a folder, without `.` and `..`. Returns 0 or errno.
int octet_list_folder(const char *path, size_t limit, void *context,
                      void (*visit)(void *context, const char *name));

/// A descriptor that reads a file, or -errno.
int octet_open_for_reading(const char *path);

/// Reads at most `capacity` bytes; `count` is 0 at the end. Returns 0 or errno.
int octet_read_descriptor(int descriptor, uint8_t *bytes, size_t capacity, size_t *count);

void octet_close(int descriptor);

/// Ends a mapping made by `octet_map_file`.
void octet_unmap(const uint8_t *bytes, size_t count);

/// Gives back the memory of the whole pages among `bytes`, which lie in such a mapping; reading them
/// again reads the file again.
void octet_forget_pages(const uint8_t *bytes, size_t count);

/// Writes `bytes` to a new file beside `path`, flushes it to the disk and renames it to `path`, so
/// that `path` is never half-written. A symbolic link is followed, and what exists and is no regular
/// file is written to directly. Returns 0 or errno; on failure nothing is left behind.
int octet_write_file(const char *path, const uint8_t *bytes, size_t count);

#define OCTET_ENOENT 2
#define OCTET_EINVAL 22

/// What errno value `code` means, in the C locale.
const char *octet_error_text(int code);

/// Writes all bytes to file descriptor `descriptor`. Returns 0 or errno.
int octet_write_descriptor(int descriptor, const uint8_t *bytes, size_t count);

/// Ends the process after flushing standard output.
_Noreturn void octet_exit(int code);

/// Nanoseconds of a clock that never goes back.
uint64_t octet_monotonic_nanoseconds(void);

/// CPUs that the process may run on, at least 1.
int octet_available_cpus(void);

/// The most memory the process has held so far, in bytes, without what it was before it became this
/// program; 0 if the system does not say.
uint64_t octet_peak_resident_bytes(void);

#endif
