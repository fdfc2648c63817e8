"""LiteRT: with its default delegate (XNNPACK), or its own kernels (--kernels builtin)."""
from importlib.metadata import version

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from runners.measure import Session, arguments, dequantized, main, quantized

RESOLVERS = {
    "xnnpack": OpResolverType.AUTO,
    "builtin": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
}


class LiteRT(Session):
    def __init__(self, options, values):
        self.interpreter = Interpreter(
            options.model, num_threads=options.threads,
            experimental_op_resolver_type=RESOLVERS[options.kernels])
        self.interpreter.allocate_tensors()
        entry = self.interpreter.get_input_details()[0]
        if entry["dtype"] == np.int8:
            values = quantized(values, *entry["quantization"])
        self.interpreter.set_tensor(entry["index"], values)
        self.run = self.interpreter.invoke

    def outputs(self):
        return [self.output(entry) for entry in self.interpreter.get_output_details()]

    def output(self, entry):
        values = self.interpreter.get_tensor(entry["index"])
        return dequantized(values, *entry["quantization"]) if values.dtype == np.int8 else values


main(arguments(kernels=list(RESOLVERS)), version("ai-edge-litert"), LiteRT)
