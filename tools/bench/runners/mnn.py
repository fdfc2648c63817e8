"""MNN on the CPU in float32."""
from importlib.metadata import version

import MNN
import numpy as np

from runners.measure import Session, arguments, channels_first, channels_last, main


class Mnn(Session):
    def __init__(self, options, values):
        self.interpreter = MNN.Interpreter(options.model)
        self.session = self.interpreter.createSession(
            {"backend": "CPU", "numThread": options.threads, "precision": "high"})
        self.input = self.interpreter.getSessionInput(self.session)
        self.values = channels_first(values)
        self.tensor = MNN.Tensor(
            self.values.shape, MNN.Halide_Type_Float, self.values, MNN.Tensor_DimensionType_Caffe)

    def run(self):
        self.input.copyFrom(self.tensor)  # a run may use the input's memory for something else
        self.interpreter.runSession(self.session)

    def outputs(self):
        results = self.interpreter.getSessionOutputAll(self.session)
        copies = [np.array(results[name].getNumpyData()) for name in sorted(results)]
        return [channels_last(copy) for copy in copies]


main(arguments(), version("MNN"), Mnn)
