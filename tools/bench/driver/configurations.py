"""What is measured: each runtime, how its runner is started, and the files it runs."""
from dataclasses import dataclass

TYPES = ["int8", "float"]


@dataclass(frozen=True)
class Runtime:
    name: str
    runner: tuple  # module and options
    files: dict    # type -> file in the model's folder


RUNTIMES = [
    Runtime("octet", ("runners.octet",), {"float": "float.tflite", "int8": "int8.tflite"}),
    Runtime("litert", ("runners.litert",), {"float": "float.tflite", "int8": "int8.tflite"}),
    Runtime("litert-builtin", ("runners.litert", "--kernels", "builtin"),
            {"float": "float.tflite", "int8": "int8.tflite"}),
    Runtime("onnxruntime", ("runners.ort",), {"float": "float.onnx", "int8": "int8.onnx"}),
    Runtime("openvino", ("runners.openvino",),
            {"float": "float.onnx", "int8": "openvino-int8.xml"}),
    Runtime("ncnn", ("runners.ncnn",),
            {"float": "ncnn-float.param", "int8": "ncnn-int8.param"}),
    Runtime("mnn", ("runners.mnn",), {"float": "float.mnn"}),
]
PEERS = [runtime.name for runtime in RUNTIMES if runtime.name != "octet"]


@dataclass(frozen=True)
class Configuration:
    model: str
    type: str
    threads: int
    runtime: Runtime

    @property
    def group(self):
        """What a table compares within."""
        return self.model, self.type, self.threads


def configurations(models, types, threads, peers):
    return [
        Configuration(model, type_, count, runtime)
        for model in models
        for type_ in types
        for count in threads
        for runtime in RUNTIMES
        if type_ in runtime.files and runtime.name in ("octet", *peers)
    ]
