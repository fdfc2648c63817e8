"""OpenVINO on its CPU plugin, set to latency; float stays float32 (it would take bfloat16 where it can)."""
import openvino

from runners.measure import Session, arguments, channels_first, channels_last, main


class OpenVINO(Session):
    def __init__(self, options, values):
        core = openvino.Core()
        compiled = core.compile_model(core.read_model(options.model), "CPU", {
            "INFERENCE_NUM_THREADS": options.threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            "ENABLE_CPU_PINNING": False,
            "INFERENCE_PRECISION_HINT": "f32",
        })
        self.request = compiled.create_infer_request()
        self.request.set_input_tensor(openvino.Tensor(channels_first(values)))
        self.run = self.request.infer

    def outputs(self):
        return [channels_last(tensor.data) for tensor in self.request.output_tensors]


main(arguments(), openvino.__version__.split("-")[0], OpenVINO)
