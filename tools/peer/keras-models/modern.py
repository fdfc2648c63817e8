"""Models of Keras 3: one output for each form of a layer."""
import keras
from keras import layers as L
from keras import ops


def outputs(inputs, branches, name):
    """A model with one output a branch, which is called after it: `out_NAME`."""
    results = [L.Activation("linear", name=f"out_{key}")(tensor) for key, tensor in branches.items()]
    return keras.Model(inputs, results, name=name)


def forms(x, table):
    """Each layer of the table on `x`."""
    return {key: layer(x) for key, layer in table.items()}


def convolutions():
    image = keras.Input((7, 6, 4), name="image")
    line = keras.Input((9, 4), name="line")
    branches = forms(image, {
        "same": L.Conv2D(3, 3, strides=2, padding="same", activation="relu"),
        "valid": L.Conv2D(2, (3, 2), use_bias=False),
        "dilated": L.Conv2D(2, 3, padding="same", dilation_rate=(2, 1)),
        "groups": L.Conv2D(4, 3, groups=2, strides=(2, 1)),
        "deep": L.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2),
        "deep_valid": L.DepthwiseConv2D((2, 3), use_bias=False, activation="relu6"),
        "deep_dilated": L.DepthwiseConv2D(2, dilation_rate=2, padding="same"),
        "separable": L.SeparableConv2D(3, 3, strides=2, depth_multiplier=2, padding="same"),
        "separable_dilated": L.SeparableConv2D(2, 2, dilation_rate=(1, 2), activation="tanh"),
        "up_same": L.Conv2DTranspose(2, 3, strides=2, padding="same"),
        "up_valid": L.Conv2DTranspose(2, (3, 2), strides=(2, 1), activation="relu"),
        "up_sparse": L.Conv2DTranspose(2, 2, strides=3, padding="same", use_bias=False),
        "up_sparse_valid": L.Conv2DTranspose(2, (1, 2), strides=(2, 3)),
        "up_dense": L.Conv2DTranspose(1, 4, strides=1, padding="same"),
        "up_odd": L.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=0),
        "up_odd_valid": L.Conv2DTranspose(2, 3, strides=2, output_padding=1),
    })
    branches |= forms(line, {
        "line_same": L.Conv1D(3, 3, strides=2, padding="same"),
        "line_causal": L.Conv1D(2, 3, padding="causal", dilation_rate=2, activation="elu"),
        "line_causal_strides": L.Conv1D(2, 2, padding="causal", strides=2),
        "line_groups": L.Conv1D(4, 2, groups=2),
        "line_dilated": L.Conv1D(2, 3, dilation_rate=3, use_bias=False),
        "line_deep": L.DepthwiseConv1D(3, strides=2, padding="same", depth_multiplier=2),
        "line_separable": L.SeparableConv1D(3, 3, depth_multiplier=2, dilation_rate=2),
        "line_up": L.Conv1DTranspose(2, 3, strides=2, padding="same"),
        "line_up_valid": L.Conv1DTranspose(2, 2, strides=3, activation="relu"),
    })
    return outputs([image, line], branches, "convolutions"), {"kinds": ("keras", "h5")}


def volumes():
    volume = keras.Input((4, 5, 3, 2), name="volume")
    branches = forms(volume, {
        "same": L.Conv3D(2, 3, strides=(2, 1, 2), padding="same", activation="relu"),
        "valid": L.Conv3D(2, 2, use_bias=False),
        "mean": L.GlobalAveragePooling3D(),
        "most": L.GlobalMaxPooling3D(keepdims=True),
        "max": L.MaxPooling3D(2, padding="same"),
        "average": L.AveragePooling3D((2, 3, 1), strides=1, padding="same"),
        "max_valid": L.MaxPooling3D(2, strides=1),
        "pad": L.ZeroPadding3D(((1, 0), (0, 2), (1, 1))),
        "crop": L.Cropping3D(((1, 0), (0, 2), (1, 1))),
        "large": L.UpSampling3D((2, 1, 3)),
    })
    return outputs([volume], branches, "volumes"), {}


def pools():
    image = keras.Input((7, 5, 3), name="image")
    line = keras.Input((9, 3), name="line")
    branches = forms(image, {
        "max_same": L.MaxPooling2D(3, strides=2, padding="same"),
        "max": L.MaxPooling2D((2, 3), strides=(1, 2)),
        "average_same": L.AveragePooling2D(3, strides=2, padding="same"),
        "average": L.AveragePooling2D(2),
        "mean": L.GlobalAveragePooling2D(),
        "mean_kept": L.GlobalAveragePooling2D(keepdims=True),
        "most": L.GlobalMaxPooling2D(),
        "most_kept": L.GlobalMaxPooling2D(keepdims=True),
    })
    branches |= forms(line, {
        "line_max": L.MaxPooling1D(3, strides=2, padding="same"),
        "line_average": L.AveragePooling1D(2),
        "line_average_same": L.AveragePooling1D(4, strides=3, padding="same"),
        "line_mean": L.GlobalAveragePooling1D(),
        "line_most": L.GlobalMaxPooling1D(keepdims=True),
    })
    return outputs([image, line], branches, "pools"), {"kinds": ("weights",)}


def first():
    """Channels first, which only compiled models have on a CPU."""
    image = keras.Input((4, 7, 6), name="image")
    line = keras.Input((4, 9), name="line")
    form = {"data_format": "channels_first"}
    branches = forms(image, {
        "same": L.Conv2D(3, 3, padding="same", activation="relu", **form),
        "strided": L.Conv2D(3, 3, strides=(2, 1), **form),
        "dilated": L.Conv2D(3, (3, 2), dilation_rate=(1, 2), **form),
        "deep": L.DepthwiseConv2D(3, padding="same", depth_multiplier=2, **form),
        "separable": L.SeparableConv2D(3, 3, padding="same", **form),
        "up": L.Conv2DTranspose(2, 3, strides=2, padding="same", **form),
        "max": L.MaxPooling2D(2, padding="same", **form),
        "average": L.AveragePooling2D((2, 3), strides=1, **form),
        "mean": L.GlobalAveragePooling2D(**form),
        "most": L.GlobalMaxPooling2D(keepdims=True, **form),
        "flat": L.Flatten(**form),
        "pad": L.ZeroPadding2D(((1, 0), (2, 1)), **form),
        "crop": L.Cropping2D(((1, 0), (2, 1)), **form),
        "norm": L.BatchNormalization(axis=1),
    })
    branches |= forms(line, {
        "line": L.Conv1D(3, 3, strides=2, padding="same", **form),
        "line_max": L.MaxPooling1D(3, strides=2, **form),
        "line_average": L.AveragePooling1D(2, padding="same", **form),
        "line_mean": L.GlobalAveragePooling1D(**form),
        "line_flat": L.Flatten(**form),
        "line_pad": L.ZeroPadding1D((1, 2), **form),
    })
    return outputs([image, line], branches, "first"), {"compiled": True}


def shapes():
    image = keras.Input((4, 6, 3), name="image")
    line = keras.Input((6, 4), name="line")
    row = keras.Input((5,), name="row")
    branches = forms(image, {
        "flat": L.Flatten(),
        "reshape": L.Reshape((-1, 9)),
        "permute": L.Permute((3, 1, 2)),
        "pad": L.ZeroPadding2D(((1, 0), (2, 1))),
        "pad_pair": L.ZeroPadding2D((1, 2)),
        "crop": L.Cropping2D(((1, 0), (2, 1))),
        "large": L.UpSampling2D((2, 3)),
        "large_bilinear": L.UpSampling2D(2, interpolation="bilinear"),
        "large_first": L.UpSampling2D((2, 3), interpolation="bilinear", data_format="channels_first"),
        "resized": L.Resizing(3, 9),
        "resized_nearest": L.Resizing(5, 4, interpolation="nearest"),
        "centre": L.CenterCrop(3, 3),
        "dense": L.Dense(4, activation="relu"),
    })
    branches |= forms(line, {
        "line_pad": L.ZeroPadding1D((1, 2)),
        "line_crop": L.Cropping1D((2, 1)),
        "line_large": L.UpSampling1D(3),
        "line_dense": L.Dense(3, use_bias=False),
        "line_reshape": L.Reshape((2, 3, 4)),
        "line_einsum": L.EinsumDense("abc,cd->abd", output_shape=(None, 3), bias_axes="d"),
        "line_einsum_many": L.EinsumDense("abc,cde->abde", output_shape=(None, 3, 2), activation="tanh"),
    })
    branches |= forms(row, {
        "repeat": L.RepeatVector(3),
        "row_dense": L.Dense(3, activation="softmax"),
        "row_reshape": L.Reshape((5, 1)),
    })
    tokens = keras.Input((7,), dtype="int32", name="tokens")
    branches["embedding"] = L.Embedding(6, 3)(tokens)
    return outputs([image, line, row, tokens], branches, "shapes"), {"kinds": ("keras", "h5")}


def batch():
    """Two at once."""
    image = keras.Input((6, 5, 3), name="image")
    x = L.Conv2D(4, 3, padding="same")(image)
    x = L.BatchNormalization()(x)
    x = L.ReLU()(x)
    flat = L.Flatten()(L.MaxPooling2D()(x))
    lines = L.Reshape((30, 4))(x)
    branches = {
        "scores": L.Dense(3, activation="softmax")(flat),
        "sequence": L.LSTM(3)(L.Cropping1D(12)(lines)),
        "repeat": L.RepeatVector(2)(flat),
        "product": L.Dot((1, 1))([lines, lines]),
        "gated": L.GRU(2, return_sequences=True)(L.Cropping1D(13)(lines)),
    }
    return outputs([image], branches, "batch"), {"batch": 2}


def activations():
    image = keras.Input((3, 4, 4), name="image")
    large = L.Rescaling(3.0, offset=-0.5)(image)
    names = [
        "relu", "relu6", "sigmoid", "tanh", "softmax", "elu", "selu", "softplus", "softsign", "exponential",
        "log_softmax", "leaky_relu", "swish", "silu", "gelu", "hard_silu", "hard_swish", "hard_sigmoid", "mish",
        "hard_tanh", "hard_shrink", "soft_shrink", "tanh_shrink", "squareplus", "celu", "glu",
        "log_sigmoid", "sparse_plus", "sparse_sigmoid",
    ]
    branches = {f"f_{name}": L.Activation(name)(large) for name in names}
    branches |= forms(large, {
        "relu": L.ReLU(),
        "relu_top": L.ReLU(max_value=1.5),
        "relu_six": L.ReLU(max_value=6),
        "relu_leaky": L.ReLU(negative_slope=0.2, max_value=2),
        "relu_threshold": L.ReLU(threshold=0.5, negative_slope=0.1, max_value=2),
        "leaky": L.LeakyReLU(negative_slope=0.15),
        "prelu": L.PReLU(),
        "prelu_shared": L.PReLU(shared_axes=(1, 2)),
        "elu": L.ELU(0.7),
        "softmax": L.Softmax(axis=1),
        "softmax_axes": L.Softmax(axis=(1, 2)),
        "dense_gelu": L.Dense(3, activation="gelu"),
        "dense_layer": L.Dense(3, activation=L.LeakyReLU(negative_slope=0.4)),
    })
    return outputs([image], branches, "activations"), {}


def normalizations():
    image = keras.Input((4, 3, 6), name="image")
    row = keras.Input((5,), name="row")
    branches = forms(image, {
        "batch": L.BatchNormalization(),
        "batch_axis": L.BatchNormalization(axis=1, epsilon=0.1),
        "batch_plain": L.BatchNormalization(scale=False, center=False),
        "batch_scale": L.BatchNormalization(center=False),
        "layer": L.LayerNormalization(),
        "layer_axes": L.LayerNormalization(axis=(1, 2), epsilon=0.01),
        "layer_all": L.LayerNormalization(axis=(1, 2, 3), scale=False),
        "layer_plain": L.LayerNormalization(axis=2, center=False),
        "group": L.GroupNormalization(groups=2),
        "group_each": L.GroupNormalization(groups=-1, axis=-1, scale=False),
        "group_axis": L.GroupNormalization(groups=2, axis=1, center=False),
        "unit": L.UnitNormalization(),
        "unit_axes": L.UnitNormalization(axis=(1, 2)),
        "rms": L.RMSNormalization(),
        "rescaling": L.Rescaling(1 / 127.5, offset=-1),
        "rescaling_channels": L.Rescaling([1.0, 2, 3, 4, 5, 6], offset=[0.5, 1, 2, 3, 4, 5]),
        "normalization": L.Normalization(),
        "normalization_given": L.Normalization(axis=None, mean=0.4, variance=2.0),
        "normalization_channels": L.Normalization(
            mean=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], variance=[1.0, 2, 3, 4, 5, 6]),
        "normalization_inverse": L.Normalization(mean=0.4, variance=2.0, invert=True),
        "normalization_axes": L.Normalization(axis=(1, 3)),
    })
    x = image
    for layer in [L.GaussianNoise(0.5), L.Dropout(0.5), L.SpatialDropout2D(0.3), L.Identity(), L.RandomFlip(), L.ReLU()]:
        x = layer(x)
    branches["untouched"] = x
    branches["row"] = L.BatchNormalization()(row)
    branches["row_layer"] = L.LayerNormalization()(row)
    return outputs([image, row], branches, "normalizations"), {}


def merges():
    a = keras.Input((3, 4), name="a")
    b = keras.Input((3, 4), name="b")
    c = keras.Input((4, 2), name="c")
    v = keras.Input((4,), name="v")
    w = keras.Input((4,), name="w")
    branches = {
        "add": L.Add()([a, b, a]), "multiply": L.Multiply()([a, b]), "subtract": L.Subtract()([a, b]),
        "maximum": L.Maximum()([a, b]), "minimum": L.Minimum()([a, b, a]), "average": L.Average()([a, b, a]),
        "concatenate": L.Concatenate()([a, b]), "concatenate_axis": L.Concatenate(axis=1)([a, b]),
        "add_broadcast": L.Add()([L.Reshape((1, 4))(v), a]),
        "add_ranks": L.Add()([a, v]),
        "dot": L.Dot((2, 1))([a, c]), "dot_same": L.Dot(2)([a, b]), "dot_first": L.Dot((1, 1))([a, b]),
        "dot_vectors": L.Dot(1)([v, w]), "dot_mixed": L.Dot((2, 1))([a, v]), "dot_left": L.Dot((1, 1))([v, c]),
        "dot_cosine": L.Dot(2, normalize=True)([a, b]),
    }
    return outputs([a, b, c, v, w], branches, "merges"), {}


def structure():
    """Layers that are shared, models in models, and functions on tensors."""
    left = keras.Input((6, 5, 3), name="left")
    right = keras.Input((6, 5, 3), name="right")
    shared = L.Conv2D(3, 3, padding="same", name="shared")
    one, two = shared(left), shared(right)
    again = shared(one)

    inner_input = keras.Input((6, 5, 3), name="inner_input")
    y = L.Conv2D(3, 1, name="inner_conv")(inner_input)
    y = L.BatchNormalization(name="inner_norm")(y)
    innermost = keras.Sequential(
        [keras.Input((6, 5, 3)), L.DepthwiseConv2D(3, padding="same"), L.ReLU(6.0)], name="innermost")
    y = L.Add()([innermost(y), inner_input])
    inner = keras.Model(inner_input, [y, L.GlobalAveragePooling2D()(y)], name="inner")
    first_map, first_row = inner(one)
    second_map, second_row = inner(two)

    tower = keras.Sequential([keras.Input((3,)), L.Dense(4, activation="relu"), L.Dense(2)], name="tower")
    pair = L.Concatenate()([tower(first_row), tower(second_row)])
    branches = {
        "map": L.Subtract()([first_map, second_map]), "pair": pair, "again": again,
        "twice": left * 2, "complement": 1 - left, "quotient": left / 4.0, "under": 2.0 / (ops.abs(left) + 1.0),
        "power": ops.abs(left) ** 2, "negative": -left, "sum": left + right,
        "cut": left[:, 1:, ::2, 1], "mean": ops.mean(left, axis=(1, 2)),
        "deviation": ops.sqrt(ops.sum(ops.square(left - right), axis=-1, keepdims=True)),
        "relu": ops.relu(left), "sigmoid": ops.sigmoid(left), "softmax": ops.softmax(left, axis=1),
        "reshape": ops.reshape(left, (-1, 30, 3)), "transpose": ops.transpose(left, (0, 3, 1, 2)),
        "joined": ops.concatenate([left, right], axis=1), "expanded": ops.expand_dims(left, 1),
        "squeezed": ops.squeeze(left[:, :1], axis=1), "clip": ops.clip(left, -0.5, 0.7),
        "largest": ops.max(left, axis=-1), "most": ops.maximum(left, 0.25), "leaky": ops.leaky_relu(left, 0.3),
        "product": ops.matmul(L.Reshape((6, 15))(left), L.Reshape((15, 6))(right)),
        "stack": ops.stack([left, right], axis=1),
    }
    return outputs([left, right], branches, "structure"), {"kinds": ("keras", "h5")}


def sequential():
    """Without an Input layer; the file has the shape that it was built for."""
    model = keras.Sequential([
        L.Conv2D(4, 3, strides=2, padding="same", use_bias=False), L.BatchNormalization(), L.LeakyReLU(),
        L.Dropout(0.2), L.Conv2D(4, 3), L.Activation("relu"), L.GlobalAveragePooling2D(), L.Dropout(0.2),
        L.Dense(3, activation="softmax"),
    ], name="sequential")
    model.build((None, 9, 8, 3))
    return model, {"kinds": ("keras",)}


def recurrences():
    x = keras.Input((6, 3), name="x")
    h = keras.Input((2,), name="h")
    c = keras.Input((2,), name="c")
    branches = forms(x, {
        "lstm": L.LSTM(3), "lstm_sequence": L.LSTM(2, return_sequences=True),
        "lstm_back": L.LSTM(2, return_sequences=True, go_backwards=True),
        "lstm_plain": L.LSTM(2, use_bias=False, activation="relu", recurrent_activation="hard_sigmoid"),
        "gru": L.GRU(3), "gru_sequence": L.GRU(2, return_sequences=True, go_backwards=True),
        "gru_before": L.GRU(2, reset_after=False), "gru_plain": L.GRU(2, use_bias=False),
        "gru_plain_before": L.GRU(2, use_bias=False, reset_after=False, activation="relu"),
        "simple": L.SimpleRNN(3), "simple_sequence": L.SimpleRNN(2, return_sequences=True, activation="relu"),
        "simple_plain": L.SimpleRNN(2, use_bias=False, unroll=True),
    })
    sequence, last_h, last_c = L.LSTM(2, return_sequences=True, return_state=True)(x, initial_state=[h, c])
    branches |= {"state_sequence": sequence, "state_h": last_h, "state_c": last_c}
    value, last = L.GRU(2, return_state=True)(x, initial_state=h)
    branches |= {"gru_value": value, "gru_state": last}
    branches["gru_before_state"] = L.GRU(2, reset_after=False)(x, initial_state=h)
    branches["simple_state"] = L.SimpleRNN(2)(x, initial_state=h)
    encoder, encoder_h, encoder_c = L.LSTM(2, return_state=True)(x)
    branches["decoder"] = L.LSTM(2, return_sequences=True)(x, initial_state=[encoder_h, encoder_c])
    return outputs([x, h, c], branches, "recurrences"), {"kinds": ("keras", "h5")}


def masks():
    """Sequences with steps to skip: codes of 0, and numbers that are 0 in all features."""
    codes = keras.Input((9,), name="codes", dtype="int32")
    x = keras.Input((8, 1), name="x")
    h = keras.Input((2,), name="h")
    words = L.Dropout(0.1)(L.Embedding(6, 3, mask_zero=True)(codes))
    branches = forms(words, {
        "lstm": L.LSTM(3), "lstm_sequence": L.LSTM(2, return_sequences=True),
        "lstm_back": L.LSTM(2, go_backwards=True), "gru": L.GRU(3, return_sequences=True),
        "simple": L.SimpleRNN(3), "mean": L.GlobalAveragePooling1D(),
        "both": L.Bidirectional(L.LSTM(2)), "largest": L.GlobalMaxPooling1D(),
        "filters": L.Conv1D(2, 3),
    })
    dense = L.Dense(2, activation="relu")(L.LayerNormalization()(words))
    branches["dense"] = L.GlobalAveragePooling1D(keepdims=True)(dense)
    two = L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode="sum")(words)
    branches["two"] = L.LSTM(2)(L.SimpleRNN(2, return_sequences=True)(two))
    marked = L.Masking(0.0)(L.ReLU()(x))
    steps = ops.any(ops.not_equal(marked, 0.0), axis=-1)
    branches["marked"] = L.GRU(2, return_sequences=True)(marked, initial_state=h)
    branches["kept"] = L.GRU(2, return_sequences=True, go_backwards=True)(marked, mask=steps, initial_state=h)
    branches["marked_mean"] = L.GlobalAveragePooling1D()(marked)
    return outputs([codes, x, h], branches, "masks"), {"kinds": ("keras",)}


def wrappers():
    x = keras.Input((5, 3), name="x")
    frames = keras.Input((3, 6, 5, 2), name="frames")
    branches = forms(x, {
        "concat": L.Bidirectional(L.LSTM(2)),
        "concat_sequence": L.Bidirectional(L.LSTM(2, return_sequences=True)),
        "sum": L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode="sum"),
        "ave": L.Bidirectional(L.SimpleRNN(2), merge_mode="ave"),
        "mul": L.Bidirectional(L.GRU(2), merge_mode="mul"),
        "own": L.Bidirectional(
            L.LSTM(2, return_sequences=True), backward_layer=L.LSTM(3, return_sequences=True, go_backwards=True)),
        "cell": L.RNN(L.LSTMCell(2)),
        "cells": L.RNN([L.LSTMCell(2), L.GRUCell(3)], return_sequences=True),
        "distributed_dense": L.TimeDistributed(L.Dense(2, activation="relu")),
    })
    ahead, back = L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode=None)(x)
    branches |= {"ahead": ahead, "back": back}
    result, h1, c1, h2, c2 = L.Bidirectional(L.LSTM(2, return_state=True))(x)
    branches |= {"stateful_result": result, "state_c": c1, "state_back": h2}
    branches["started"] = L.Bidirectional(L.LSTM(2))(x, initial_state=[h1, c1, h2, c2])
    inside = keras.Sequential(
        [keras.Input((6, 5, 2)), L.Conv2D(2, 3), L.BatchNormalization(), L.GlobalMaxPooling2D()], name="inside")
    branches |= forms(frames, {
        "distributed_conv": L.TimeDistributed(L.Conv2D(2, 3, padding="same")),
        "distributed_model": L.TimeDistributed(inside),
        "conv_lstm": L.ConvLSTM2D(2, 3, padding="same", return_sequences=True),
        "conv_lstm_last": L.ConvLSTM2D(2, (3, 2), strides=2, use_bias=False, dilation_rate=1),
    })
    return outputs([x, frames], branches, "wrappers"), {"kinds": ("keras", "h5")}


def attention():
    x = keras.Input((5, 6), name="x")
    y = keras.Input((4, 6), name="y")
    branches = {
        "self": L.MultiHeadAttention(2, 3)(x, x),
        "cross": L.MultiHeadAttention(2, 3, value_dim=4, use_bias=False)(x, y),
        "three": L.MultiHeadAttention(3, 2, output_shape=5)(x, y, y),
        "causal": L.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True),
        "grouped": L.GroupQueryAttention(3, 4, 2)(x, y),
        "dot": L.Attention()([x, y]),
        "dot_scaled": L.Attention(use_scale=True)([x, y]),
        "additive": L.AdditiveAttention()([x, y]),
    }
    scored, weights = L.MultiHeadAttention(2, 3)(x, y, return_attention_scores=True)
    branches |= {"scored": scored, "scores": weights}
    z = L.LayerNormalization()(x + branches["self"])
    branches["block"] = L.LayerNormalization()(z + L.Dense(6)(L.Dense(8, activation="gelu")(z)))
    return outputs([x, y], branches, "attention"), {"kinds": ("keras", "h5")}


MODELS = (
    convolutions, volumes, pools, first, shapes, batch, activations, normalizations, merges, structure, sequential,
    recurrences, masks, wrappers, attention,
)
