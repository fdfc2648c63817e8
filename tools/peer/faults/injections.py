"""Ways to break a model: each changes a `Net` and tells which tensors its fault shows at, and what may be called its cause."""
from dataclasses import dataclass

import numpy as np
from ai_edge_litert import schema_py_generated as schema

FAULTS = {}
ACTIVATION, PADDING = schema.ActivationFunctionType, schema.Padding


class NotHere(Exception):
    """The model has nothing that can be broken in this way."""


@dataclass
class Fault:
    tensors: list      # names, of which one must come first
    kinds: set


def fault(name):
    def register(function):
        FAULTS[name] = function
        return function
    return register


def pick(rng, items):
    items = list(items)
    if not items:
        raise NotHere
    return items[rng.integers(len(items))]


def at(net, tensors, *kinds):
    return Fault([net.name(tensor) for tensor in tensors], set(kinds))


# Scales and zero points

def inner(net):
    """Activations that are no outputs, and are followed by a layer, so that their fault can be seen."""
    return [t for t in net.activations() if t not in list(net.graph.outputs) and net.readers(t)]


def own_range(net):
    """Those with a range of their own, made by layers, sums and activations."""
    made = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD", "LEAKY_RELU", "MUL")
    return [t for t in inner(net) if net.kind(net.maker(t)) in made]


def rescale(net, rng, factor, *kinds):
    tensor = pick(rng, own_range(net))
    for other in net.tied(tensor):
        net.quantize(other, net.scales(other) * factor)
    return at(net, [tensor], *kinds)


@fault("activation scale x4")
def activation_scale_up(net, rng):
    return rescale(net, rng, 4, "wide-range", "concatenation")


@fault("activation scale /4")
def activation_scale_down(net, rng):
    return rescale(net, rng, 0.25, "clipped")


@fault("zero point moved")
def zero_point(net, rng):
    tensor = pick(rng, own_range(net))
    zero, step = net.zero_point(tensor), int(rng.integers(50, 100))
    for other in net.tied(tensor):
        net.quantize(other, zero_point=zero + step if zero < 0 else zero - step)
    return at(net, [tensor], "zero-point", "clipped")


@fault("zero point moved by 8")
def zero_point_slightly(net, rng):
    tensor = pick(rng, own_range(net))
    zero = net.zero_point(tensor)
    for other in net.tied(tensor):
        net.quantize(other, zero_point=zero + 8 if zero < 0 else zero - 8)
    return at(net, [tensor], "zero-point", "clipped")


@fault("scale of a copy alone")
def scale_of_copy(net, rng):
    """An operator that hands on codes gets another scale than its input, so its numbers are twice as large."""
    operator = pick(rng, [o for o in net.of_kind("MAX_POOL_2D", "RESHAPE") if net.holds_codes(o.outputs[0])
                          and o.outputs[0] not in list(net.graph.outputs)])
    tensor = operator.outputs[0]
    net.quantize(tensor, net.scales(tensor) * 2)
    return at(net, [tensor], "other-scale")


@fault("range of the input /2")
def input_range(net, rng):
    tensor = pick(rng, [t for t in net.graph.inputs if net.holds_codes(t)])
    for other in net.tied(tensor):
        net.quantize(other, net.scales(other) / 2)
    return at(net, [tensor], "clipped", "zero-point")


@fault("range of the input x8")
def input_range_wide(net, rng):
    tensor = pick(rng, [t for t in net.graph.inputs if net.holds_codes(t)])
    for other in net.tied(tensor):
        net.quantize(other, net.scales(other) * 8)
    return at(net, [tensor], "wide-range")


@fault("scale of the output x4")
def output_scale(net, rng):
    fixed = ("SOFTMAX", "LOGISTIC", "TANH")
    tensor = pick(rng, [t for o in net.graph.operators for t in o.outputs if net.holds_codes(t)
                        and (t in list(net.graph.outputs) or any(net.kind(r) == "DEQUANTIZE" for r in net.readers(t)))
                        and net.kind(o) not in fixed])
    for other in net.tied(tensor):
        net.quantize(other, net.scales(other) * 4)
    makers = [t for t in net.tied(tensor)]
    return at(net, makers, "wide-range", "concatenation")


# Weights

def pick_layer(net, rng, *kinds, when=lambda layer: True):
    return pick(rng, [layer for layer in net.layers(*kinds) if when(layer)])


def channels_first(values, layer):
    return np.moveaxis(values, layer.axis, 0)


def change_weights(net, layer, change):
    """Changes weights [channels, …] in place."""
    values = net.array(layer.weights)
    change(channels_first(values, layer))
    net.store(layer.weights, values)


def scale_weights(net, layer, factors):
    """Multiplies what weights' and bias's codes stand for; factors for all channels, or one."""
    scales = net.scales(layer.weights)
    net.quantize(layer.weights, scales * factors if np.ndim(factors) else np.broadcast_to(scales * factors, scales.shape))
    if layer.bias >= 0:
        net.quantize(layer.bias, net.scales(layer.bias) * factors)


def per_channel(net):
    return lambda layer: net.holds_codes(layer.weights) and len(net.scales(layer.weights)) > 1


@fault("weight scale x4")
def weight_scale(net, rng):
    layer = pick_layer(net, rng, when=lambda l: net.holds_codes(l.weights))
    scale_weights(net, layer, 4)
    return at(net, [layer.output], "other-weights")


@fault("weight scale x4, bias scale kept")
def weight_scale_alone(net, rng):
    layer = pick_layer(net, rng, when=lambda l: net.holds_codes(l.weights))
    net.quantize(layer.weights, net.scales(layer.weights) * 4)
    return at(net, [layer.output], "other-weights")


@fault("weight scale x4 in a channel")
def weight_scale_channel(net, rng):
    layer = pick_layer(net, rng, when=per_channel(net))
    factors = np.ones(len(net.scales(layer.weights)), np.float32)
    factors[rng.integers(len(factors))] = 4
    scale_weights(net, layer, factors)
    return at(net, [layer.output], "other-weights")


@fault("output channels exchanged")
def channels_exchanged(net, rng):
    layer = pick_layer(net, rng, when=lambda l: net.shape(l.weights)[l.axis] > 1)
    count = net.shape(layer.weights)[layer.axis]
    one, other = rng.choice(count, 2, replace=False)
    order = np.arange(count)
    order[[one, other]] = other, one
    values = net.array(layer.weights)
    net.store(layer.weights, np.take(values, order, layer.axis))
    if len(net.scales(layer.weights)) == count:
        net.quantize(layer.weights, net.scales(layer.weights)[order])
    if layer.bias >= 0:
        net.store(layer.bias, net.array(layer.bias)[order])
        if len(net.scales(layer.bias)) == count:
            net.quantize(layer.bias, net.scales(layer.bias)[order])
    return at(net, [layer.output], "permuted-weights")


@fault("input channels reversed")
def channels_reversed(net, rng):
    first = [l for l in net.layers("CONV_2D") if net.shape(l.weights)[3] == 3]
    layer = pick(rng, first or [l for l in net.layers("CONV_2D") if net.shape(l.weights)[3] > 1])
    net.store(layer.weights, net.array(layer.weights)[..., ::-1])
    return at(net, [layer.output], "permuted-weights")


@fault("kernel transposed")
def kernel_transposed(net, rng):
    layer = pick_layer(net, rng, "CONV_2D", "DEPTHWISE_CONV_2D",
                       when=lambda l: net.shape(l.weights)[1] == net.shape(l.weights)[2] > 1)
    net.store(layer.weights, net.array(layer.weights).transpose(0, 2, 1, 3))
    return at(net, [layer.output], "permuted-weights")


@fault("dense inputs in another layout")
def dense_layout(net, rng):
    layer = pick_layer(net, rng, "FULLY_CONNECTED", when=lambda l: net.shape(l.weights)[1] % 4 == 0)
    rows, columns = net.shape(layer.weights)
    net.store(layer.weights, net.array(layer.weights).reshape(rows, 4, columns // 4).transpose(0, 2, 1))
    return at(net, [layer.output], "permuted-weights")


@fault("a channel zeroed")
def channel_zeroed(net, rng):
    layer = pick_layer(net, rng)

    def change(weights):
        weights[np.argmax(np.abs(weights.astype(float)).reshape(len(weights), -1).sum(1))] = 0
    change_weights(net, layer, change)
    return at(net, [layer.output], "other-weights")


def negated(weights):
    return -weights if weights.dtype == np.float32 else np.maximum(-weights.astype(int), -127)


@fault("weights of other sign")
def weights_negated(net, rng):
    layer = pick_layer(net, rng)

    def change(weights):
        weights[:] = negated(weights)
    change_weights(net, layer, change)
    return at(net, [layer.output], "other-weights")


@fault("a channel of other sign")
def channel_negated(net, rng):
    layer = pick_layer(net, rng)
    channel = rng.integers(net.shape(layer.weights)[layer.axis])

    def change(weights):
        weights[channel] = negated(weights[channel])
    change_weights(net, layer, change)
    return at(net, [layer.output], "other-weights")


@fault("a byte of the weights flipped")
def byte_flipped(net, rng):
    layer = pick_layer(net, rng, when=lambda l: net.holds_codes(l.weights))
    values = net.array(layer.weights)
    flat = values.reshape(-1)
    place = pick(rng, np.flatnonzero(np.abs(flat.astype(int)) < 20))
    flat[place] = -127 if flat[place] > 0 else 127
    net.store(layer.weights, values)
    return at(net, [layer.output], "other-weights")


@fault("weights of 4 bits")
def weights_of_four_bits(net, rng):
    layer = pick_layer(net, rng, when=lambda l: net.holds_codes(l.weights))

    def change(weights):
        weights[:] = np.clip(np.round(weights / 16) * 16, -127, 127)
    change_weights(net, layer, change)
    return at(net, [layer.output], "other-weights", "few-weight-codes")


@fault("a scale for all channels")
def per_tensor(net, rng):
    layer = pick_layer(net, rng, when=per_channel(net))
    scales, most = net.scales(layer.weights), net.scales(layer.weights).max()
    shape = [1] * len(net.shape(layer.weights))
    shape[layer.axis] = -1
    values = net.array(layer.weights) * (scales / most).reshape(shape)
    net.store(layer.weights, np.round(values))
    net.quantize(layer.weights, np.full_like(scales, most))
    if layer.bias >= 0:
        bias = net.array(layer.bias) * (scales / most)
        net.store(layer.bias, np.round(bias))
        net.quantize(layer.bias, net.scales(layer.bias) * (most / scales))
    return at(net, [layer.output], "few-weight-codes", "other-weights")


@fault("weights of another layer")
def weights_of_another(net, rng):
    layers = net.layers()
    one, other = pick(rng, [(a, b) for a in layers for b in layers if a.weights != b.weights
                            and net.shape(a.weights) == net.shape(b.weights) and a.axis == b.axis])
    net.store(one.weights, net.array(other.weights))
    if not net.holds_codes(one.weights):
        return at(net, [one.output], "other-weights")
    ratio = net.scales(other.weights) / net.scales(one.weights)
    net.quantize(one.weights, net.scales(other.weights))
    if one.bias >= 0:
        net.store(one.bias, np.round(net.array(one.bias) / ratio))
        net.quantize(one.bias, net.scales(one.bias) * ratio)
    return at(net, [one.output], "other-weights")


@fault("normalization not folded")
def normalization(net, rng):
    layer = pick_layer(net, rng, "CONV_2D", "DEPTHWISE_CONV_2D", when=per_channel(net))
    factors = np.exp(rng.normal(0, 0.8, len(net.scales(layer.weights)))).astype(np.float32)
    scale_weights(net, layer, factors)
    return at(net, [layer.output], "other-weights")


@fault("normalization with another epsilon")
def normalization_epsilon(net, rng):
    """1e-2 for 1e-3, with variances from 0.002 to 0.5."""
    layer = pick_layer(net, rng, "CONV_2D", "DEPTHWISE_CONV_2D", when=per_channel(net))
    variance = np.exp(rng.uniform(np.log(0.002), np.log(0.5), len(net.scales(layer.weights))))
    scale_weights(net, layer, np.sqrt((variance + 1e-3) / (variance + 1e-2)).astype(np.float32))
    return at(net, [layer.output], "other-weights")


# Biases

def biased(net):
    def has(layer):
        bias = net.array(layer.bias)
        return bias is not None and bias.any()
    return has


def change_bias(net, rng, change, *kinds, when=None):
    layer = pick_layer(net, rng, when=lambda l: biased(net)(l) and (when is None or when(l)))
    net.store(layer.bias, change(net.array(layer.bias)))
    return at(net, [layer.output], *kinds)


@fault("bias zeroed")
def bias_zeroed(net, rng):
    return change_bias(net, rng, lambda bias: bias * 0, "other-bias")


@fault("bias of other sign")
def bias_negated(net, rng):
    return change_bias(net, rng, lambda bias: -bias, "other-bias")


@fault("bias of another scale")
def bias_scaled(net, rng):
    return change_bias(net, rng, lambda bias: bias * 4, "other-bias")


@fault("bias saturated")
def bias_saturated(net, rng):
    def change(bias):
        place = rng.integers(len(bias))
        bias[place] = np.iinfo(np.int32).max if bias[place] > 0 else np.iinfo(np.int32).min
        return bias
    return change_bias(net, rng, change, "saturated-bias",
                       when=lambda l: net.tensor(l.bias).type == schema.TensorType.INT32)


@fault("bias of 16 bits")
def bias_of_sixteen_bits(net, rng):
    def change(bias):
        return np.clip(bias, -2000, 2000)
    return change_bias(net, rng, change, "other-bias", "saturated-bias",
                       when=lambda l: net.tensor(l.bias).type == schema.TensorType.INT32
                       and np.abs(net.array(l.bias)).max() > 4000)


@fault("bias moved by a channel")
def bias_moved(net, rng):
    return change_bias(net, rng, lambda bias: np.roll(bias, 1), "other-bias", when=lambda l: net.shape(l.bias)[0] > 1)


# Settings

def options_of(operator):
    return operator.builtinOptions


@fault("activation removed")
def activation_removed(net, rng):
    """The clamp and the range that implies it."""
    operator = pick(rng, [o for o in net.graph.operators if hasattr(o.builtinOptions, "fusedActivationFunction")
                          and options_of(o).fusedActivationFunction in (ACTIVATION.RELU, ACTIVATION.RELU6)])
    options_of(operator).fusedActivationFunction = ACTIVATION.NONE
    tensor = operator.outputs[0]
    if net.holds_codes(tensor):
        for other in net.tied(tensor):
            net.quantize(other, net.scales(other) * 2, zero_point=0)
    return at(net, [tensor], "missing-operator")


@fault("activation bypassed")
def activation_bypassed(net, rng):
    """An activation of its own is left out: whoever reads it reads what goes into it."""
    operator = pick(rng, net.of_kind("LEAKY_RELU", "RELU", "RELU6", "HARD_SWISH"))
    source, result = operator.inputs[0], operator.outputs[0]
    fed = net.readers(result)
    for reader in fed:
        reader.inputs = [source if tensor == result else tensor for tensor in reader.inputs]
    net.graph.operators.remove(operator)
    return at(net, [result] + [reader.outputs[0] for reader in fed], "missing-operator")


@fault("ReLU6 for ReLU")
def activation_clamped(net, rng):
    operator = pick(rng, [o for o in net.graph.operators if hasattr(o.builtinOptions, "fusedActivationFunction")
                          and options_of(o).fusedActivationFunction == ACTIVATION.RELU
                          and net.holds_codes(o.outputs[0]) and net.scales(o.outputs[0])[0] * 255 > 7])
    options_of(operator).fusedActivationFunction = ACTIVATION.RELU6
    return at(net, [operator.outputs[0]], "other-settings")


@fault("slope of LeakyReLU")
def slope(net, rng):
    operator = pick(rng, net.of_kind("LEAKY_RELU"))
    options_of(operator).alpha *= 3
    return at(net, [operator.outputs[0]], "other-settings")


@fault("beta of softmax")
def beta(net, rng):
    operator = pick(rng, net.of_kind("SOFTMAX"))
    options_of(operator).beta = 0.5
    return at(net, [operator.outputs[0]], "other-settings")


@fault("padding on the other side")
def padding(net, rng):
    layer = pick_layer(net, rng, "CONV_2D", "DEPTHWISE_CONV_2D", when=lambda l: (
        options_of(l.operator).padding == PADDING.SAME and net.shape(l.weights)[1] == 3
        and options_of(l.operator).dilationHFactor == 1 and net.shape(l.input)[1] > 3))
    options, shape = options_of(layer.operator), net.shape(layer.input)
    pads = []
    for extent, stride in ((shape[1], options.strideH), (shape[2], options.strideW)):
        pads.append(max((-(-extent // stride) - 1) * stride + 3 - extent, 0))
    padded = net.add_tensor(layer.input, "padded", [shape[0], shape[1] + pads[0], shape[2] + pads[1], shape[3]])
    amounts = net.add_constant("amounts", np.array([[0, 0], [pads[0], 0], [pads[1], 0], [0, 0]], np.int32))
    pad = schema.OperatorT()
    pad.opcodeIndex, pad.inputs, pad.outputs = net.code("PAD"), [layer.input, amounts], [padded]
    pad.builtinOptionsType, pad.builtinOptions = schema.BuiltinOptions.PadOptions, schema.PadOptionsT()
    net.graph.operators.insert(net.graph.operators.index(layer.operator), pad)
    layer.operator.inputs = [padded] + list(layer.operator.inputs)[1:]
    options.padding = PADDING.VALID
    return at(net, [layer.output, padded], "padding", "other-settings")


@fault("dilation 2 for 1")
def dilation(net, rng):
    layer = pick_layer(net, rng, "CONV_2D", "DEPTHWISE_CONV_2D", when=lambda l: (
        options_of(l.operator).padding == PADDING.SAME and net.shape(l.weights)[1] == 3
        and options_of(l.operator).strideH == 1 and net.shape(l.input)[1] > 4))
    options_of(layer.operator).dilationHFactor = options_of(layer.operator).dilationWFactor = 2
    return at(net, [layer.output], "other-settings")


@fault("window of a pool")
def window(net, rng):
    """A pool that looks at one pixel of two."""
    operator = pick(rng, [o for o in net.of_kind("MAX_POOL_2D", "AVERAGE_POOL_2D")
                          if options_of(o).filterHeight == options_of(o).strideH == 2
                          and net.shape(o.inputs[0])[1] % 2 == 0])
    options_of(operator).filterHeight = options_of(operator).filterWidth = 1
    return at(net, [operator.outputs[0]], "other-settings")


@fault("average for maximum")
def other_pool(net, rng):
    operator = pick(rng, net.of_kind("MAX_POOL_2D", "AVERAGE_POOL_2D"))
    other = "AVERAGE_POOL_2D" if net.kind(operator) == "MAX_POOL_2D" else "MAX_POOL_2D"
    operator.opcodeIndex = net.code(other)
    return at(net, [operator.outputs[0]], "missing-operator", "other-settings")


@fault("operands of a concatenation exchanged")
def operands_exchanged(net, rng):
    operator = pick(rng, net.of_kind("CONCATENATION"))
    operator.inputs = list(operator.inputs)[::-1]
    return at(net, [operator.outputs[0]], "other-input")


@fault("pixel centres of a resize")
def pixel_centres(net, rng):
    operator = pick(rng, net.of_kind("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"))
    options = options_of(operator)
    if options.halfPixelCenters:
        options.halfPixelCenters = False
    else:
        options.alignCorners = not options.alignCorners
    return at(net, [operator.outputs[0]], "other-settings")


@fault("a sum without its other operand")
def operand_dropped(net, rng):
    operator = pick(rng, [o for o in net.of_kind("ADD") if all(net.maker(t) for t in o.inputs)])
    kept = operator.inputs[rng.integers(2)]
    result, fed = operator.outputs[0], net.readers(operator.outputs[0])
    for reader in fed:
        reader.inputs = [kept if tensor == result else tensor for tensor in reader.inputs]
    net.graph.operators.remove(operator)
    return at(net, [result] + [reader.outputs[0] for reader in fed], "missing-operator")


@fault("an operand of a sum taken twice")
def operand_twice(net, rng):
    operator = pick(rng, [o for o in net.of_kind("ADD") if all(net.maker(t) for t in o.inputs)])
    operator.inputs = [operator.inputs[rng.integers(2)]] * 2
    return at(net, [operator.outputs[0]], "other-input")


@fault("another tensor read")
def other_tensor(net, rng):
    """A layer reads an older tensor of the same shape."""
    places = {t: i for i, o in enumerate(net.graph.operators) for t in o.outputs}
    found = []
    for layer in net.layers("CONV_2D", "DEPTHWISE_CONV_2D"):
        if layer.input in places:
            for t in net.activations():
                if t != layer.input and places[t] < places[layer.input] and net.shape(t) == net.shape(layer.input):
                    found.append((layer, t))
    layer, tensor = pick(rng, found)
    layer.operator.inputs = [tensor] + list(layer.operator.inputs)[1:]
    return at(net, [layer.output], "other-input")


# Numbers that are none

def float_constant(net, rng, value):
    layer = pick_layer(net, rng, when=lambda l: net.tensor(l.weights).type == schema.TensorType.FLOAT32)
    values = net.array(layer.weights)
    values.reshape(-1)[rng.integers(values.size)] = value
    net.store(layer.weights, values)
    return at(net, [layer.output], "not-a-number")


@fault("a NaN weight")
def nan(net, rng):
    return float_constant(net, rng, np.nan)


@fault("an infinite weight")
def infinite(net, rng):
    return float_constant(net, rng, np.inf)


@fault("a NaN bias")
def nan_bias(net, rng):
    layer = pick_layer(net, rng, when=lambda l: l.bias >= 0 and net.tensor(l.bias).type == schema.TensorType.FLOAT32)
    values = net.array(layer.bias)
    values[rng.integers(len(values))] = np.nan
    net.store(layer.bias, values)
    return at(net, [layer.output], "not-a-number")
