"""Networks built with Keras, with random weights that keep activations in a sensible range.

Timing does not depend on what a network has learnt, and the comparison of outputs shows that the same
network ran; nothing here says anything about accuracy.
"""
import numpy as np
from keras import Input, Model, applications, layers, utils

LOGIT_SPREAD = 3.0  # standard deviation of the last layer's sums: a softmax over equals shows no error


def mobilenet_v1():
    return with_classes(applications.MobileNet((224, 224, 3), include_top=False, weights=None))


def mobilenet_v2():
    return with_classes(applications.MobileNetV2((224, 224, 3), include_top=False, weights=None))


def with_classes(base):
    """The classifier behind MobileNet's features, its mean as an average pool over the whole image."""
    x = layers.AveragePooling2D(7)(base.output)
    x = layers.Dense(1000, activation="softmax", name="classes")(layers.Flatten()(x))
    return Model(base.input, x)


def ds_cnn():
    """The keyword spotter of MLPerf Tiny: 49 frames of 10 coefficients, 12 words."""
    image = Input((49, 10, 1))
    x = normalized(image, layers.Conv2D(64, (10, 4), 2, "same"))
    for _ in range(4):
        x = normalized(x, layers.DepthwiseConv2D(3, 1, "same"))
        x = normalized(x, layers.Conv2D(64, 1))
    x = layers.Flatten()(layers.AveragePooling2D((25, 5))(x))
    return Model(image, layers.Dense(12, activation="softmax", name="classes")(x))


def resnet_8():
    """The CIFAR-10 classifier of MLPerf Tiny: three residual blocks."""
    image = Input((32, 32, 3))
    x = normalized(image, layers.Conv2D(16, 3, 1, "same"))
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        shortcut = x
        x = normalized(x, layers.Conv2D(filters, 3, stride, "same"))
        x = layers.BatchNormalization()(layers.Conv2D(filters, 3, 1, "same")(x))
        if stride > 1:
            shortcut = layers.Conv2D(filters, 1, stride, "same")(shortcut)
        x = layers.ReLU()(layers.Add()([x, shortcut]))
    x = layers.Flatten()(layers.AveragePooling2D(8)(x))
    return Model(image, layers.Dense(10, activation="softmax", name="classes")(x))


def normalized(x, layer):
    return layers.ReLU()(layers.BatchNormalization()(layer(x)))


NETS = {
    "mobilenetv1": mobilenet_v1,
    "mobilenetv2": mobilenet_v2,
    "ds-cnn": ds_cnn,
    "resnet8": resnet_8,
}


def build(name):
    utils.set_random_seed(1)
    return NETS[name]()


def calibrate(model, batch):
    """Gives normalizations the batch's statistics, and the last layer sums of LOGIT_SPREAD."""
    rng = np.random.default_rng(7)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.gamma.assign(rng.uniform(0.6, 1.4, layer.gamma.shape))
            # Mostly above zero: a random net that clips more makes int8's small errors large.
            layer.beta.assign(rng.normal(1, 0.3, layer.beta.shape))
            layer.momentum = 0.0  # one pass in training mode then leaves exactly the batch's moments
    model(batch, training=True)

    classes = model.get_layer("classes")
    features = Model(model.input, classes.input)(batch, training=False)
    weights, bias = classes.get_weights()
    spread = (np.asarray(features) @ weights).std()
    classes.set_weights([weights * LOGIT_SPREAD / spread, bias])
