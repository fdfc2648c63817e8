"""Holds the peers to AVX2 on a CPU that has more.

Runtimes choose kernels by the CPUID instruction, many while they are loaded, and most have no option for it.
So they are run from copies of their libraries in which the instruction traps, and the trap answers without
AVX-512 (masked_cpuid.c). The copies stand beside the environment that they are made from.
"""
import re
import shutil
import site
import subprocess
import sys
from pathlib import Path

PACKAGES = ["ai_edge_litert", "onnxruntime", "openvino", "ncnn", "MNN"]
CPUID, TRAP = b"\x0f\xa2", b"\x0f\x0b"


def masked_environment(python_path):
    """The variables under which runners see an AVX2 CPU."""
    folder = Path(sys.prefix) / "masked"
    handler = folder / "masked_cpuid.so"
    if not handler.exists():
        shutil.rmtree(folder, ignore_errors=True)
        for packages in map(Path, site.getsitepackages()):
            for entry in packages.iterdir():
                if entry.name.split(".")[0] in PACKAGES:
                    mirror(entry, folder / "packages" / entry.name)
        subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", Path(__file__).with_name("masked_cpuid.c"), "-o", handler],
            check=True)
    return {
        "LD_PRELOAD": str(handler),
        "PYTHONPATH": f"{folder / 'packages'}:{python_path}",
    }


def mirror(source, target):
    """Links to everything, but libraries that ask the CPU are copied with a trap in its place."""
    if source.is_dir():
        for entry in source.iterdir():
            mirror(entry, target / entry.name)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if re.search(r"\.so(\.|$)", source.name):
        contents = bytearray(source.read_bytes())
        for place in cpuid_places(source):
            if contents[place:place + 2] == CPUID:
                contents[place:place + 2] = TRAP
        target.write_bytes(contents)
    else:
        target.symlink_to(source)


def cpuid_places(library):
    """Offsets in the file of the library's CPUID instructions."""
    listing = subprocess.run(
        ["objdump", "--disassemble", "--no-show-raw-insn", library],
        capture_output=True, text=True).stdout
    addresses = [int(text, 16) for text in re.findall(r"^\s*([0-9a-f]+):\s+cpuid", listing, re.MULTILINE)]
    segments = code_segments(library)
    return [
        address - start + offset
        for address in addresses
        for start, offset, size in segments
        if start <= address < start + size]


def code_segments(library):
    """Address, file offset and size of what is loaded as code."""
    table = subprocess.run(
        ["readelf", "--program-headers", "--wide", library], capture_output=True, text=True).stdout
    return [
        (int(address, 16), int(offset, 16), int(size, 16))
        for offset, address, size in re.findall(
            r"LOAD\s+(0x\w+) (0x\w+) 0x\w+ (0x\w+) 0x\w+ R E", table)]
