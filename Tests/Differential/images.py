"""Components of images: convolutions, transposed convolutions, poolings, their gradients, small networks."""
from graph import Type


def draw_axis(b, widest_image=12, widest_kernel=5):
    """One axis of a convolution that gives at least one output: extents of image and kernel, stride, padding before and after, dilation."""
    while True:
        image, kernel = b.between(1, widest_image), b.choice([1, 1, 2, 3, 3, 3, 4, 5, 7][: widest_kernel + 4])
        stride = b.choice([1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7])
        dilation = b.choice([1, 1, 1, 2, 2, 3, 4])
        if b.chance(0.15):
            # Gradients divide by a stride that has no common factor with the dilation, from far outside of the image.
            kernel, stride, dilation = b.between(3, 7), b.choice([3, 5, 7]), b.choice([2, 4])
            before, after = b.between(3, 8), b.between(0, 4)
        elif b.chance(0.4):
            before = after = (kernel - 1) * dilation // 2
        else:
            most = min((kernel - 1) * dilation + 1, 8)
            before, after = b.between(0, most), b.between(0, most)
        output = (image + before + after - (kernel - 1) * dilation - 1) // stride + 1
        if image + before + after > (kernel - 1) * dilation and 1 <= output <= 20:
            return image, kernel, stride, before, after, dilation, output


def draw_geometry(b, **limits):
    rows, columns = draw_axis(b, **limits), draw_axis(b, **limits)
    attributes = {}
    if (rows[2], columns[2]) != (1, 1) or b.chance(0.2):
        attributes["strides"] = [rows[2], columns[2]]
    if any(rows[3:5] + columns[3:5]):
        attributes["padding"] = [rows[3], rows[4], columns[3], columns[4]]
    if (rows[5], columns[5]) != (1, 1):
        attributes["dilation"] = [rows[5], columns[5]]
    return [rows[0], columns[0]], [rows[1], columns[1]], attributes, [rows[6], columns[6]]


def draw_channels(b):
    """Channels of the image, of the result, and groups."""
    kind = b.below(6)
    if kind == 0:
        channels = b.choice([1, 2, 3, 4, 8, 16, 17])
        return channels, channels * b.choice([1, 1, 2]), channels
    if kind == 1:
        groups = b.choice([2, 3, 4])
        return groups * b.between(1, 4), groups * b.between(1, 4), groups
    return b.choice([1, 1, 2, 3, 4, 8, 9, 16]), b.choice([1, 2, 3, 4, 8, 9, 16, 17]), 1


def small_batch(b):
    return b.batch if b.chance(0.75) else b.between(1, 9)


def fitting(b, batch, multiplications):
    """The batch, smaller where a sample takes many multiplications."""
    return max(1, min(batch, int(4e6 // max(1, multiplications))))


def activation(b, x):
    kind = b.choice(["relu", "relu", "tanh", "gelu", "silu", "none"])
    return x if kind == "none" else b.unary(kind, x)


def convolution(b, x=None):
    """A convolution of new weights; a new image too unless one is given, and then a geometry that fits it."""
    if x is None:
        image, kernel, attributes, output = draw_geometry(b)
        channels, outputs, groups = draw_channels(b)
        work = channels // groups * outputs * kernel[0] * kernel[1] * output[0] * output[1]
        batch = fitting(b, small_batch(b), work)
        make_x = lambda: b.parameter([batch, channels, *image])
    else:
        channels, outputs, groups = x.shape[1], b.choice([1, 2, 4, 8]), 1
        kernel = [b.choice([1, 3, 3]), b.choice([1, 3, 3])]
        attributes = {"padding": [kernel[0] // 2, kernel[0] // 2, kernel[1] // 2, kernel[1] // 2]}
        output = list(x.shape[2:])
        make_x = lambda: x
    if groups > 1:
        attributes["groups"] = groups
    fan = channels // groups * kernel[0] * kernel[1]
    make_w = lambda: b.parameter([outputs, channels // groups, *kernel], scale=fan ** -0.5)
    # The weights may come before the image among the graph's inputs.
    if b.chance(0.3):
        w = make_w()
        x = make_x()
    else:
        x = make_x()
        w = make_w()
    y = b.one("conv2d", [x, w], Type(b.dtype, (x.shape[0], outputs, *output)), attributes)
    return b.add_bias(y, 1) if b.chance(0.6) else y


def pool(b, x, kind=None):
    """A pooling that fits the image."""
    kind = kind or b.choice(["max", "max", "average"])
    window, strides, padding, dilation, output = [], [], [], [], []
    up = b.chance(0.25)
    for extent in x.shape[2:]:
        w = b.choice([1, 2, 2, 2, 3, 3, 4, 5])
        before, after = (b.between(0, w - 1), b.between(0, w - 1)) if b.chance(0.4) else (0, 0)
        if extent + before + after < w:
            w, before, after = 1, 0, 0
        s = b.choice([w, w, 1, 2, 3])
        # Taps of maxima that are apart; none may step over a small image.
        d = b.between(2, 3) if kind == "max" and b.chance(0.15) else 1
        if d > extent or extent + before + after < d * (w - 1) + 1:
            d = 1
        dilation.append(d)
        window.append(w)
        strides.append(s)
        padding += [before, after]
        room = extent + before + after - d * (w - 1) - 1
        count = -(-room // s) + 1 if up else room // s + 1
        # The last window begins in the image or in the padding before it.
        output.append(count - (up and (count - 1) * s >= extent + before))
    attributes = {"window": window}
    if strides != window:
        attributes["strides"] = strides
    if any(padding):
        attributes["padding"] = padding
    if dilation != [1, 1]:
        attributes["dilation"] = dilation
    if up:
        attributes["ceil_mode"] = True
    shape = x.shape[:2] + tuple(output)
    if kind == "max":
        value, position = b.node("max_pool2d", [x], [Type(x.dtype, shape), Type("u8", shape)], attributes)
        if b.chance(0.2):
            b.result(position)
        return value
    if b.chance(0.4):
        attributes["count_includes_padding"] = False
    return b.one("avg_pool2d", [x], Type(x.dtype, shape), attributes)


def flatten(b, x):
    features = 1
    for extent in x.shape[1:]:
        features *= extent
    return b.reshape(x, [x.shape[0], features])


def convolutions(b):
    x = activation(b, convolution(b))
    if b.chance(0.4):
        x = pool(b, x)
    if b.chance(0.4):
        x = activation(b, convolution(b, x))
    if b.chance(0.2):
        b.transpose(x)


def transposed_convolution(b):
    channels, outputs, groups = draw_channels(b)
    while True:
        image, kernel, attributes, _ = draw_geometry(b, widest_image=7, widest_kernel=3)
        strides, dilation = attributes.get("strides", [1, 1]), attributes.get("dilation", [1, 1])
        padding = attributes.get("padding", [0] * 4)
        extra = [b.below(s) if b.chance(0.3) else 0 for s in strides]
        output = [
            (image[i] - 1) * strides[i] + dilation[i] * (kernel[i] - 1) + 1 - padding[2 * i] - padding[2 * i + 1] + extra[i] for i in (0, 1)]
        if min(output) >= 1 and max(output) <= 24:
            break
    if any(extra):
        attributes["output_padding"] = extra
    if groups > 1:
        attributes["groups"] = groups
    # What the slower side of the gradient takes.
    work = channels * (outputs // groups) * kernel[0] * kernel[1] * image[0] * image[1]
    batch = fitting(b, small_batch(b), work)
    scale = (channels // groups * kernel[0] * kernel[1]) ** -0.5
    make = [lambda: b.parameter([batch, channels, *image]), lambda: b.parameter([channels, outputs // groups, *kernel], scale=scale)]
    if b.chance(0.3):
        w = make[1]()
        x = make[0]()
    else:
        x = make[0]()
        w = make[1]()
    y = b.one("conv_transpose2d", [x, w], Type(b.dtype, (batch, outputs, *output)), attributes)
    y = b.add_bias(y, 1) if b.chance(0.5) else y
    activation(b, y)
    if b.chance(0.2):
        b.transpose(y)


def poolings(b):
    """Poolings of images that are given, of whole numbers sometimes, where elements are equal."""
    batch = small_batch(b)
    x = b.parameter([batch, b.between(1, 5), b.between(1, 12), b.between(1, 12)], fill=b.choice(["normal", "normal", "integers"]))
    y = pool(b, x)
    if b.chance(0.5):
        y = b.unary("relu", y)
    if b.chance(0.4):
        pool(b, y)
    if b.chance(0.3):
        pool(b, x)


def gradients_alone(b):
    """The operations that `differentiate` writes, with operands that are given. They have no derivative themselves."""
    image, kernel, attributes, output = draw_geometry(b)
    channels, outputs, groups = draw_channels(b)
    if groups > 1:
        attributes["groups"] = groups
    work = channels // groups * outputs * kernel[0] * kernel[1] * output[0] * output[1]
    batch = fitting(b, small_batch(b), work)
    filter_shape, image_shape, output_shape = (outputs, channels // groups, *kernel), (batch, channels, *image), (batch, outputs, *output)
    given = lambda shape: b.parameter(shape, role=b.choice(["input", "input", "state"]))
    if b.chance(0.6):
        # Weights first, as an input: their first axis is not the batch.
        if b.chance(0.5):
            w = given(filter_shape)
            dy = given(output_shape)
        else:
            dy = given(output_shape)
            w = given(filter_shape)
        y = b.one("conv2d_input_grad", [dy, w], Type(b.dtype, image_shape), {**attributes, "extent": image})
        if b.chance(0.4):
            b.binary("add", y, given(image_shape))
    else:
        x, dy = given(image_shape), given(output_shape)
        b.one("conv2d_filter_grad", [x, dy], Type(b.dtype, filter_shape), {**attributes, "extent": kernel})
    b.finish_results(differentiable=False)


def network(b):
    """Convolutions, poolings, batch statistics, a linear layer and a loss, as small networks have."""
    batch = fitting(b, b.batch, 20000)
    x = b.parameter([batch, b.between(1, 3), b.between(4, 12), b.between(4, 12)], role="input")
    for _ in range(b.between(1, 3)):
        x = convolution(b, x)
        if b.chance(0.4):
            x = normalised(b, x)
        x = b.unary(b.choice(["relu", "relu", "tanh"]), x)
        if min(x.shape[2:]) >= 2 and b.chance(0.6):
            x = pool(b, x)
    classes = b.between(2, 10)
    logits = b.linear(flatten(b, x), classes)
    labels = b.parameter([batch], "i32", fill="index", limit=classes, role="input")
    b.result(logits)
    b.result(b.cross_entropy(logits, labels, b.choice([0.0, 0.0, 0.1])))


def normalised(b, x):
    """Batch normalisation in training: the statistics are sums over the batch, and every sample reads them again."""
    axes = [0, 2, 3]
    mean = b.reduce("reduce_mean", x, axes)
    centred = b.binary("sub", x, b.spread(mean, x.shape, axes))
    variance = b.reduce("reduce_mean", b.binary("mul", centred, centred), axes)
    factor = b.unary("rsqrt", b.binary("add", variance, b.like(1e-5, variance)))
    y = b.binary("mul", centred, b.spread(factor, x.shape, axes))
    scale, shift = b.parameter([x.shape[1]], fill="positive"), b.parameter([x.shape[1]])
    y = b.binary("mul", y, b.broadcast(scale, x.shape, [1]))
    return b.binary("add", y, b.broadcast(shift, x.shape, [1]))


def batch_norm(b):
    x = convolution(b) if b.chance(0.6) else b.parameter([b.batch, b.between(1, 4), b.between(1, 6), b.between(1, 6)])
    y = normalised(b, x)
    if b.chance(0.5):
        y = b.unary("relu", y)
    if b.chance(0.3):
        y = normalised(b, y)
    if b.chance(0.3):
        b.linear(flatten(b, y), b.between(1, 10))


RECIPES = {
    "convolutions": (convolutions, 3), "transposed-convolution": (transposed_convolution, 1.5), "poolings": (poolings, 1.5),
    "gradients-alone": (gradients_alone, 1.5), "network": (network, 1.5), "batch-norm": (batch_norm, 1),
}
