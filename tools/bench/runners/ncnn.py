"""ncnn on the CPU with float32 storage; MODEL is the .param file, the .bin lies beside it."""
import ncnn
import numpy as np

from runners.measure import Session, arguments, channels_first, channels_last, main


class Ncnn(Session):
    def __init__(self, options, values):
        self.net = ncnn.Net()
        settings = self.net.opt
        settings.num_threads = options.threads
        settings.use_fp16_packed = settings.use_fp16_storage = settings.use_fp16_arithmetic = False
        settings.use_bf16_storage = False
        self.net.load_param(options.model)
        self.net.load_model(options.model.removesuffix(".param") + ".bin")
        self.values = channels_first(values)[0]
        self.input = ncnn.Mat(self.values)  # borrows the array
        self.names = sorted(self.net.output_names())

    def run(self):
        self.extractor = self.net.create_extractor()  # owns what the results point to
        self.extractor.input("input", self.input)
        self.results = [self.extractor.extract(name)[1] for name in self.names]

    def outputs(self):
        return [channels_last(np.array(result)[None]) for result in self.results]


main(arguments(), ncnn.__version__, Ncnn)
