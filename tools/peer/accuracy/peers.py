"""The peers: what quantizes, with which settings, and what runs the result."""
from dataclasses import dataclass

KERNELS = {  # LiteRT's
    "reference": "LiteRT, reference",
    "builtin": "LiteRT, builtin",
    "xnnpack": "LiteRT, XNNPACK",
}


@dataclass(frozen=True)
class Peer:
    name: str      # of the configuration in tables
    module: str    # in runners/
    setting: str   # what the module is told
    needs: tuple   # packages
    file: str      # what it makes; a .tflite is run by LiteRT, other runners write outputs
    source: str    # what it reads in the net's folder
    kernels: tuple = tuple(KERNELS)  # that can run it

    @property
    def key(self):
        return f"{self.module}-{self.setting}"


def converter(setting, kernels=tuple(KERNELS)):
    return Peer(f"TFLiteConverter {setting}", "tflite_converter", setting, ("tensorflow",),
                f"tflite_converter-{setting}.tflite", "saved_model", kernels)


def ort(setting):
    return Peer(f"ONNX Runtime {setting}", "ort", setting, ("onnxruntime", "onnx"),
                f"ort-{setting}.npz", "float.onnx")


def openvino(name, setting):
    return Peer(name, "openvino", setting, ("openvino", "nncf"), f"openvino-{setting}.npz", "float.onnx")


PEERS = [
    converter("float", ("reference",)),  # not int8: these two show that all start from the same net
    ort("float"),
    converter("int8"),
    converter("int16x8", ("reference", "builtin")),
    Peer("ai-edge-quantizer", "ai_edge_quantizer", "static_wi8_ai8", ("ai_edge_quantizer",),
         "ai_edge_quantizer-static_wi8_ai8.tflite", "float.tflite"),
    ort("MinMax"),
    ort("Entropy"),
    ort("Percentile"),
    openvino("nncf mixed", "mixed"),
    openvino("nncf mixed, half-range weights", "mixed-fix"),
]
