#ifndef OCTET_TEST_SUPPORT_H
#define OCTET_TEST_SUPPORT_H

#include <stddef.h>

/// How often this thread has asked the C library for memory. This library's malloc takes the place of
/// the C library's (glibc) in the test program.
size_t octet_test_allocations(void);

#endif
