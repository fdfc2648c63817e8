"""The nets that are measured: published files, what they take, and where they are cut.

Classifiers are cut before their softmax and UltraFace at its raw heads, so that what is compared are sums and not what
a softmax makes of them. There are no recordings and no CIFAR pictures among the data: those nets get photos,
stretched to their size and range, and have no labels.
"""
from dataclasses import dataclass

from accuracy.samples import Digits, Photos

TINY_PHOTO = Photos((32, 32))


@dataclass(frozen=True)
class Net:
    files: tuple            # in the data folder: a model, and where it has them its weights
    takes: object           # Photos or Digits
    outputs: tuple = ()     # where to cut, by names in the float file that Octet writes
    classifies: bool = True
    tests: int = None       # test samples; None: the test photos and no variants, or all digits

    @property
    def is_detector(self):
        return self.files[0].endswith(".cfg")


def darknet(cfg, weights, side):
    return Net((f"darknet/{cfg}.cfg", f"darknet/{weights}.weights"), Photos((side, side)),
               classifies=False)


def tiny_maix(name, takes, tests=None):
    return Net((f"tf/h5/tinymaix_{name}.h5",), takes, ("fc1",), tests=tests)


NETS = {
    "lenet": Net(
        ("caffe/lenet/lenet.prototxt", "caffe/lenet/lenet_iter_10000.caffemodel"), Digits(256), ("ip2",)),
    "mnist-valid": tiny_maix("mnist_valid", Digits(255)),
    "mnist-dw": tiny_maix("mnist_dw", Digits(255)),
    "yolov3-tiny": darknet("cfg/yolov3-tiny", "yolov3-tiny", 416),
    "mobilenetv2-yolo-fastest": darknet(*["MobileNetV2-YOLO-Fastest-voc"] * 2, 320),
    "mobilenetv2-yolov3-nano": darknet(*["MobileNetV2-YOLOv3-Nano-voc"] * 2, 320),
    "yolo-fastest": darknet(*["yolo-fastest-1.1"] * 2, 320),
    "yolo-fastest-xl": darknet(*["yolo-fastest-xl"] * 2, 320),
    "ultraface": Net(
        ("caffe/ultraface/RFB-320.prototxt", "caffe/ultraface/RFB-320.caffemodel"),
        Photos((240, 320), mean=(127,), std=128),
        ("317", "331", "363", "377", "403", "417", "435", "447"), classifies=False),
    # In place of its coefficients, the range that the published int8 file has for them.
    "ds-cnn": Net(
        ("tf/saved_model/kws_dscnn",), Photos((49, 10), channels=1, mean=(211,), std=1.71),
        ("functional_1/dense/BiasAdd",), tests=256),
    "resnet8": Net(("tf/h5/mlperf_resnet8.h5",), Photos((32, 32), std=1), ("dense#1",), tests=256),
    "cifar10": tiny_maix("cifar10", TINY_PHOTO, tests=256),
    "cifar10-quick": Net(
        ("caffe/v1-legacy/cifar10_quick.prototxt", "caffe/v1-legacy/cifar10_quick_iter_5000.caffemodel"),
        Photos((32, 32), mean=(114, 123, 125), std=1, bgr=True), ("ip2",), tests=256),
}
