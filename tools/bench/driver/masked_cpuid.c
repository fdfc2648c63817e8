// Answers for the CPUID instruction without AVX-512, AVX-VNNI and AMX, so that libraries which ask it choose
// AVX2 kernels. In copies of the libraries the instruction is UD2, whose signal is handled here. This is
// loaded before them. x86-64 Linux only.
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

enum { instruction_bytes = 2 };

static void answer(int signal_number, siginfo_t *info, void *context) {
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  const uint8_t *instruction = (const uint8_t *)registers[REG_RIP];
  if (instruction[0] != 0x0F || instruction[1] != 0x0B) {
    signal(SIGILL, SIG_DFL);
    return;
  }
  const uint32_t leaf = (uint32_t)registers[REG_RAX], subleaf = (uint32_t)registers[REG_RCX];
  uint32_t a, b, c, d;
  __cpuid_count(leaf, subleaf, a, b, c, d);
  if (leaf == 7 && subleaf == 0) {
    b &= ~(bit_AVX512F | bit_AVX512DQ | bit_AVX512IFMA | 1u << 26 | 1u << 27 | bit_AVX512CD |
           bit_AVX512BW | bit_AVX512VL);
    c &= ~(bit_AVX512VBMI | bit_AVX512VBMI2 | bit_AVX512VNNI | bit_AVX512BITALG |
           bit_AVX512VPOPCNTDQ);
    const uint32_t amx = 1u << 22 | 1u << 24 | 1u << 25, avx512_others = 1u << 2 | 1u << 3 | 1u << 8 | 1u << 23;
    d &= ~(amx | avx512_others);
  } else if (leaf == 7 && subleaf == 1) {
    a &= ~(1u << 4 | 1u << 5);  // AVX-VNNI, AVX512-BF16
    d = 0;
  }
  registers[REG_RAX] = a;
  registers[REG_RBX] = b;
  registers[REG_RCX] = c;
  registers[REG_RDX] = d;
  registers[REG_RIP] += instruction_bytes;
}

__attribute__((constructor)) static void install(void) {
  struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGILL, &action, NULL);
}
