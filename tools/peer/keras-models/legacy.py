"""Models of Keras 2, whose files say the same in other words."""
import tensorflow as tf
import tf_keras as keras

L = keras.layers


def legacy():
    """Shared layers, models in models and functions of TensorFlow."""
    left = keras.Input((6, 5, 3), name="left")
    right = keras.Input((6, 5, 3), name="right")
    shared = L.Conv2D(3, 3, padding="same", name="shared")
    one, two = shared(left), shared(right)

    inner_input = keras.Input((6, 5, 3), name="inner_input")
    y = L.Conv2D(3, 1, name="inner_conv")(inner_input)
    y = L.BatchNormalization(name="inner_norm")(y)
    innermost = keras.Sequential(
        [keras.Input((6, 5, 3)), L.DepthwiseConv2D(3, padding="same", name="deep"), L.ReLU(6.0)],
        name="innermost")
    y = L.Add()([innermost(y), inner_input])
    inner = keras.Model(inner_input, [y, L.GlobalAveragePooling2D()(y)], name="inner")
    frozen = L.BatchNormalization(trainable=False, name="frozen")
    first_map, first_row = inner(frozen(one))
    second_map, second_row = inner(two)
    tower = keras.Sequential([L.Dense(4, activation="relu", input_shape=(3,)), L.Dense(2)], name="tower")
    line = L.Reshape((10, 9))(left)
    branches = {
        "map": L.Subtract()([first_map, second_map]),
        "pair": L.Concatenate()([tower(first_row), tower(second_row)]),
        "twice": left * 2, "complement": 1 - left, "quotient": left / 4.0, "sum": left + right,
        "negative": -left, "power": tf.abs(left) ** 2.0,
        "cut": left[:, 1:, ::2, -1], "cut_new": left[:, tf.newaxis, :2],
        "mean": tf.reduce_mean(left, axis=[1, 2]),
        "deviation": tf.sqrt(tf.reduce_sum(tf.square(left - right), axis=-1, keepdims=True)),
        "relu": tf.nn.relu(left), "relu6": tf.nn.relu6(left), "sigmoid": tf.sigmoid(left),
        "softmax": tf.nn.softmax(left, axis=1), "leaky": tf.nn.leaky_relu(left, alpha=0.3),
        "reshape": tf.reshape(left, (-1, 30, 3)), "transpose": tf.transpose(left, (0, 3, 1, 2)),
        "joined": tf.concat([left, right], axis=1), "stack": tf.stack([left, right], 1),
        "expanded": tf.expand_dims(left, 1), "clip": tf.clip_by_value(left, -0.5, 0.7),
        "most": tf.maximum(left, 0.25), "swish": tf.nn.swish(left), "gelu": tf.nn.gelu(left),
        "resized": tf.image.resize(left, (9, 4)),
        "product": tf.matmul(L.Reshape((6, 15))(left), L.Reshape((6, 15))(right), transpose_b=True),
        "hard": L.Activation("hard_sigmoid")(left), "leaky_layer": L.LeakyReLU(alpha=0.15)(left),
        "norm": L.Normalization()(left), "layer": L.LayerNormalization(axis=[2, 3])(left),
        "up": L.Conv2DTranspose(2, 3, strides=2, padding="same")(left),
        "lstm": L.LSTM(3)(line), "gru": L.GRU(2, return_sequences=True)(line),
        "both": L.Bidirectional(L.LSTM(2, return_sequences=True))(line),
        "each": L.TimeDistributed(L.Dense(2))(line),
        "attention": L.MultiHeadAttention(2, 3)(line, line),
    }
    results = [L.Activation("linear", name=f"out_{key}")(tensor) for key, tensor in branches.items()]
    return keras.Model([left, right], results, name="legacy"), {"kinds": ("keras", "h5", "old")}


def legacy_sequential():
    return keras.Sequential([
        L.Conv2D(4, 3, strides=2, padding="same", use_bias=False, input_shape=(9, 8, 3)),
        L.BatchNormalization(), L.ReLU(), L.Dropout(0.2), L.MaxPooling2D(), L.Flatten(),
        L.Dense(3, activation="softmax"),
    ], name="legacy_sequential"), {"kinds": ("h5",)}


MODELS = (legacy, legacy_sequential)
