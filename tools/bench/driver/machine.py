"""The machine, as far as timings depend on it."""
import os
import platform

FLAGS = ["avx2", "fma", "avx_vnni", "avx512f", "avx512bw", "avx512_vnni", "avx512_bf16",
         "amx_int8", "asimd", "asimddp", "i8mm"]


def machine():
    fields = cpu_fields()
    present = (fields.get("flags") or fields.get("Features") or "").split()
    with open("/proc/meminfo") as file:
        memory_kib = int(file.readline().split()[1])
    return {
        "cpu": fields.get("model name", platform.machine()),
        "family": fields.get("cpu family"),
        "model": fields.get("model"),
        "cores": os.cpu_count(),
        "flags": [flag for flag in FLAGS if flag in present],
        "memory_gib": round(memory_kib / 2**20, 1),
        "kernel": platform.release(),
    }


def cpu_fields():
    """What /proc/cpuinfo says of the first core."""
    fields = {}
    with open("/proc/cpuinfo") as file:
        for line in file:
            if not line.strip():
                break
            key, _, value = line.partition(":")
            fields[key.strip()] = value.strip()
    return fields


def describe(machine):
    return (f"{machine['cpu']} (family {machine['family']}, model {machine['model']}), "
            f"{machine['cores']} cores, {machine['memory_gib']} GiB, Linux {machine['kernel']}\n"
            f"flags that kernels are chosen by: {' '.join(machine['flags'])}")
