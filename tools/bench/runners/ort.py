"""ONNX Runtime on its CPU provider, input and outputs bound beforehand."""
import onnxruntime

from runners.measure import Session, arguments, channels_first, channels_last, main


class OnnxRuntime(Session):
    def __init__(self, options, values):
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = options.threads
        settings.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            options.model, settings, providers=["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        self.binding.bind_cpu_input("input", channels_first(values))
        for output in self.session.get_outputs():
            self.binding.bind_output(output.name, "cpu")

    def run(self):
        self.session.run_with_iobinding(self.binding)

    def outputs(self):
        return [channels_last(output) for output in self.binding.copy_outputs_to_cpu()]


main(arguments(), onnxruntime.__version__, OnnxRuntime)
