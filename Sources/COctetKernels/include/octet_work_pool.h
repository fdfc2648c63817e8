#ifndef OCTET_WORK_POOL_H
#define OCTET_WORK_POOL_H

#include <stddef.h>

#pragma clang assume_nonnull begin

/// Threads that share the items of one job at a time with the thread that asks.
///
/// Items are claimed one by one from a counter. Whoever has nothing to do looks at the counter for
/// about 50 microseconds, then sleeps; a job never waits for a sleeping thread, since the caller
/// takes what nobody else has claimed.
typedef struct octet_work_pool octet_work_pool;

/// Computes item `item`; `worker` is below the pool's thread count and no two running calls share it.
typedef void (*octet_work)(void *_Nullable context, size_t item, size_t worker);

enum { octet_work_items_limit = 1 << 23 };

/// A pool of `threads` threads, the caller's among them. Fewer if the system gives fewer; null if
/// it has no memory.
octet_work_pool *_Nullable octet_work_pool_create(size_t threads);

size_t octet_work_pool_threads(const octet_work_pool *pool);

/// Runs `work` for each item below `items` and returns when all are done. `items` is at most
/// `octet_work_items_limit`. One call at a time.
void octet_work_pool_run(
    octet_work_pool *pool, size_t items, octet_work work, void *_Nullable context);

void octet_work_pool_destroy(octet_work_pool *pool);

#pragma clang assume_nonnull end

#endif
