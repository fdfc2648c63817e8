#define _GNU_SOURCE
#include "octet_work_pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/// The state of the job in one word, so that a claim can't mix two jobs: the next item in the low
/// 24 bits, the number of items in the next 24, and a count of jobs above.
enum { field_bits = 24 };
static const uint64_t field_mask = (UINT64_C(1) << field_bits) - 1;

enum { spins = 4000 };

typedef struct {
  octet_work_pool *pool;
  pthread_t thread;
  size_t worker;
} member;

struct octet_work_pool {
  _Alignas(64) _Atomic uint64_t state;
  _Alignas(64) _Atomic size_t finished;
  _Alignas(64) _Atomic size_t sleepers;
  octet_work work;
  void *context;
  _Atomic bool is_ending;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  size_t threads;
  member *members;
};

static void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  __asm__ volatile("yield");
#endif
}

static bool has_items(uint64_t state) {
  return (state & field_mask) < (state >> field_bits & field_mask);
}

/// Runs items until none is left to claim. A claim of an existing item keeps the job, and with it
/// `work` and `context`, from being replaced until the item is counted as finished.
static void take_items(octet_work_pool *pool, size_t worker) {
  for (;;) {
    if (!has_items(atomic_load(&pool->state))) return;
    const uint64_t claimed = atomic_fetch_add(&pool->state, 1);
    if (!has_items(claimed)) return;
    pool->work(pool->context, claimed & field_mask, worker);
    atomic_fetch_add(&pool->finished, 1);
  }
}

static void sleep_until_work(octet_work_pool *pool) {
  pthread_mutex_lock(&pool->mutex);
  atomic_fetch_add(&pool->sleepers, 1);
  while (!has_items(atomic_load(&pool->state)) && !atomic_load(&pool->is_ending)) {
    pthread_cond_wait(&pool->wake, &pool->mutex);
  }
  atomic_fetch_sub(&pool->sleepers, 1);
  pthread_mutex_unlock(&pool->mutex);
}

static void *work_until_end(void *argument) {
  const member *self = argument;
  octet_work_pool *pool = self->pool;
  while (!atomic_load(&pool->is_ending)) {
    take_items(pool, self->worker);
    bool sees_items = false;
    for (int i = 0; i < spins && !sees_items; i++) {
      pause_briefly();
      sees_items = has_items(atomic_load_explicit(&pool->state, memory_order_relaxed));
    }
    if (!sees_items) sleep_until_work(pool);
  }
  return NULL;
}

octet_work_pool *octet_work_pool_create(size_t threads) {
  octet_work_pool *pool = aligned_alloc(_Alignof(octet_work_pool), sizeof *pool);
  member *members = calloc(threads, sizeof *members);
  if (pool == NULL || members == NULL) {
    free(pool);
    free(members);
    return NULL;
  }
  *pool = (octet_work_pool){.threads = 1, .members = members};
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->wake, NULL);
  for (size_t i = 1; i < threads; i++) {
    member *m = &members[i];
    *m = (member){.pool = pool, .worker = i};
    if (pthread_create(&m->thread, NULL, work_until_end, m) != 0) break;
    pool->threads++;
  }
  return pool;
}

size_t octet_work_pool_threads(const octet_work_pool *pool) { return pool->threads; }

void octet_work_pool_run(octet_work_pool *pool, size_t items, octet_work work, void *context) {
  if (pool->threads == 1 || items <= 1) {
    for (size_t i = 0; i < items; i++) work(context, i, 0);
    return;
  }
  pool->work = work;
  pool->context = context;
  atomic_store(&pool->finished, 0);
  const uint64_t job = (atomic_load(&pool->state) >> 2 * field_bits) + 1;
  atomic_store(&pool->state, job << 2 * field_bits | (uint64_t)items << field_bits);
  if (atomic_load(&pool->sleepers) > 0) {
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
  }
  take_items(pool, 0);
  for (int i = 0; atomic_load(&pool->finished) < items; i++) {
    if (i < spins) {
      pause_briefly();
    } else {
      sched_yield();
    }
  }
}

void octet_work_pool_destroy(octet_work_pool *pool) {
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->is_ending, true);
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->mutex);
  for (size_t i = 1; i < pool->threads; i++) pthread_join(pool->members[i].thread, NULL);
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->mutex);
  free(pool->members);
  free(pool);
}
