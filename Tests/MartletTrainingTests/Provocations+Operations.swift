@testable import MartletGraph
@testable import MartletLayers

extension Provocations {
  /// Operations in graph text that do not take their operands or attributes: each number by several causes.
  var operations: [Titled] {
    let image = "input %x: f32[1, 3, 8, 8], input %w: f32[4, 3, 3, 3]"
    let matrices = "input %x: f32[2, 3], input %w: f32[3, 4]"
    let pooled = "input %x: f32[1, 3, 8, 8]"
    let table = "input %x: f32[4, 5], input %k: i32[3]"
    let truths = "input %x: f32[2], input %b: bool[2], input %k: i32[2]"
    let batches = "input %x: f32[2, 3, 4], input %w: f32[5, 4, 3]"
    let empty = "input %x: f32[2, 0]"
    let cases: [(number: Int, title: String, node: String, parameters: String)] = [
      (305, "dilation 0", "conv2d(%x, %w) {dilation = [0, 1]}", image),
      (305, "one stride for two axes", "conv2d(%x, %w) {strides = [2]}", image),
      (305, "strides 0", "conv2d(%x, %w) {strides = [0, 0]}", image),
      (305, "an enormous stride", "conv2d(%x, %w) {strides = [9999999, 1]}", image),
      (305, "negative padding", "conv2d(%x, %w) {padding = [-1, 0, 0, 0]}", image),
      (305, "two numbers of padding", "conv2d(%x, %w) {padding = [1, 1]}", image),
      (305, "no groups", "conv2d(%x, %w) {groups = 0}", image),
      (305, "groups that do not divide the channels", "conv2d(%x, %w) {groups = 2}", image),
      (305, "other channels than the weights take", "conv2d(%x, %w)", "input %x: f32[1, 1, 8, 8], input %w: f32[4, 3, 3, 3]"),
      (
        305, "other channels a group than the weights take", "conv2d(%x, %w) {groups = 2}",
        "input %x: f32[1, 8, 8, 8], input %w: f32[4, 3, 3, 3]"
      ),
      (305, "a kernel larger than the image", "conv2d(%x, %w)", "input %x: f32[1, 3, 2, 8], input %w: f32[4, 3, 3, 3]"),
      (
        305, "a dilated kernel larger than the image", "conv2d(%x, %w) {dilation = [1, 4], padding = [0, 0, 0, 0]}", image
      ),
      (305, "a kernel without taps", "conv2d(%x, %w)", "input %x: f32[1, 3, 8, 8], input %w: f32[4, 3, 0, 3]"),
      (305, "an image without the axis of the batch", "conv2d(%x, %w)", "input %x: f32[3, 8, 8], input %w: f32[4, 3, 3, 3]"),
      (305, "images and weights of two types", "conv2d(%x, %w)", "input %x: f64[1, 3, 8, 8], input %w: f32[4, 3, 3, 3]"),
      (
        305, "weights of a transposed convolution the wrong way round", "conv_transpose2d(%x, %w)", image
      ),
      (
        305, "output padding as large as the stride", "conv_transpose2d(%x, %w) {output_padding = [2, 0], strides = [2, 2]}",
        "input %x: f32[1, 3, 8, 8], input %w: f32[3, 4, 3, 3]"
      ),
      (
        305, "a transposed convolution that leaves no pixel", "conv_transpose2d(%x, %w) {padding = [9, 9, 9, 9]}",
        "input %x: f32[1, 3, 8, 8], input %w: f32[3, 4, 3, 3]"
      ),
      (305, "a window of 0 pixels", "max_pool2d(%x) {window = [0, 2]}", pooled),
      (305, "a window of one number", "avg_pool2d(%x) {window = [2]}", pooled),
      (305, "a window larger than the image", "max_pool2d(%x) {window = [9, 2]}", pooled),
      (305, "padding as large as the window", "avg_pool2d(%x) {window = [2, 2], padding = [2, 0, 0, 0]}", pooled),
      (305, "pooling integers", "avg_pool2d(%x) {window = [2, 2]}", "input %x: i32[1, 3, 8, 8]"),
      (305, "pooling with strides of 0", "max_pool2d(%x) {window = [2, 2], strides = [0, 2]}", pooled),
      (305, "pooling with a dilation of 0", "max_pool2d(%x) {window = [2, 2], dilation = [0, 1]}", pooled),
      (305, "the factors of a product the wrong way round", "matmul(%w, %x)", matrices),
      (305, "a factor that needs transposing", "matmul(%x, %w)", "input %x: f32[2, 3], input %w: f32[4, 3]"),
      (305, "a matrix times a vector", "matmul(%x, %w)", "input %x: f32[2, 3], input %w: f32[3]"),
      (305, "a vector times a vector", "matmul(%x, %w)", "input %x: f32[3], input %w: f32[3]"),
      (305, "factors of two types", "matmul(%x, %w)", "input %x: f32[2, 3], input %w: f64[3, 4]"),
      (305, "products of batches of two sizes", "matmul(%x, %w)", batches),
      (305, "axes of -1", "reduce_sum(%x) {axes = [-1]}", matrices),
      (305, "an axis that is not there", "reduce_mean(%x) {axes = [2]}", matrices),
      (305, "axes in descending order", "reduce_max(%x) {axes = [1, 0]}", matrices),
      (305, "an axis twice", "reduce_sum(%x) {axes = [1, 1]}", matrices),
      (305, "the mean of nothing", "reduce_mean(%x) {axes = [1]}", empty),
      (305, "the sum of truth values", "reduce_sum(%x) {axes = [0]}", "input %x: bool[2]"),
      (305, "the mean of integers", "reduce_mean(%x) {axes = [0]}", "input %x: i32[2]"),
      (305, "the largest along an axis of -1", "argmax(%x) {axis = -1}", matrices),
      (305, "the largest of nothing", "argmax(%x) {axis = 1}", empty),
      (305, "a softmax along an axis of -1", "log_softmax(%x) {axis = -1}", matrices),
      (305, "a softmax of nothing", "log_softmax(%x) {axis = 1}", empty),
      (305, "a softmax of integers", "log_softmax(%x) {axis = 0}", "input %x: i32[2]"),
      (305, "a running sum along an axis of -1", "cumulative_sum(%x) {axis = -1}", matrices),
      (305, "a reshape to another number of elements", "reshape(%x)", matrices),
      (305, "a broadcast that repeats 3 numbers twice", "broadcast(%x) {shape = [6], axes = [0]}", "input %x: f32[3]"),
      (305, "a broadcast with too few axes", "broadcast(%x) {shape = [2, 3, 4], axes = [0]}", matrices),
      (305, "a broadcast to an axis of -1", "broadcast(%x) {shape = [2, 3], axes = [-1]}", "input %x: f32[3]"),
      (305, "a permutation of too few axes", "transpose(%x) {permutation = [0]}", matrices),
      (305, "a permutation with an axis of -1", "transpose(%x) {permutation = [-1, 0]}", matrices),
      (305, "a slice behind the end", "slice(%x) {starts = [0, 0], limits = [2, 4]}", matrices),
      (305, "a slice up to -1", "slice(%x) {starts = [0, 0], limits = [2, -1]}", matrices),
      (305, "a slice of one axis of two", "slice(%x) {starts = [0], limits = [1]}", matrices),
      (305, "a slice with strides of 0", "slice(%x) {starts = [0, 0], limits = [2, 3], strides = [0, 1]}", matrices),
      (305, "negative padding of a tensor", "pad(%x) {low = [0, -1], high = [0, 0]}", matrices),
      (305, "padding of one axis of two", "pad(%x) {low = [1], high = [1]}", matrices),
      (305, "padding beyond all memory", "pad(%x) {low = [0, 9000000000000000000], high = [0, 9000000000000000000]}", matrices),
      (305, "joining nothing", "concat() {axis = 0}", matrices),
      (305, "joining along an axis of -1", "concat(%x, %x) {axis = -1}", matrices),
      (305, "joining tensors that differ along another axis", "concat(%x, %w) {axis = 0}", matrices),
      (305, "joining tensors of two types", "concat(%x, %k) {axis = 0}", "input %x: f32[2], input %k: i32[2]"),
      (305, "indices that are no integers", "gather(%x, %k)", "input %x: f32[4, 5], input %k: f32[3]"),
      (305, "entries along an axis of -1", "gather(%x, %k) {axis = -1}", table),
      (305, "entries of an empty table", "gather(%x, %k)", "input %x: f32[0, 5], input %k: i32[3]"),
      (305, "elements at indices of another rank", "gather_elements(%x, %k) {axis = 0}", table),
      (305, "elements at indices along an axis that is not there", "gather_elements(%x, %k) {axis = 2}", table),
      (305, "updates that do not fit the indices", "scatter_add(%x, %k, %u)", table + ", input %u: f32[3, 4]"),
      (305, "a class for each of some floats", "one_hot(%x) {classes = 3}", "input %x: f32[2]"),
      (305, "no classes", "one_hot(%x) {classes = 0}", "input %x: i32[2]"),
      (305, "numbers along an axis that is not there", "iota() {axis = 1}", matrices),
      (305, "adding two shapes", "add(%x, %w)", matrices),
      (305, "adding two types", "add(%x, %k)", truths),
      (305, "adding truth values", "add(%b, %b)", truths),
      (305, "the exponential of integers", "exp(%k)", truths),
      (305, "dividing integers", "div(%k, %k)", truths),
      (305, "comparing truth values", "compare(%b, %b) {direction = eq}", truths),
      (305, "the conjunction of floats", "and(%x, %x)", truths),
      (305, "the negation of floats", "not(%x)", truths),
      (305, "choosing by floats", "select(%x, %x, %x)", truths),
      (305, "choosing between two types", "select(%b, %x, %k)", truths),
      (305, "labels that are floats", "cross_entropy(%x, %k)", "input %x: f32[2, 3], input %k: f32[2]"),
      (305, "labels that are one-hot", "cross_entropy(%x, %k)", "input %x: f32[2, 3], input %k: i32[2, 3]"),
      (305, "logits without the axis of the batch", "cross_entropy(%x, %k)", "input %x: f32[3], input %k: i32[1]"),
      (
        305, "a weight for each class in place of each sample", "cross_entropy(%x, %k, %u)",
        "input %x: f32[2, 3], input %k: i32[2], input %u: f32[3]"
      ),
      (302, "label smoothing of 1", "cross_entropy(%x, %k) {label_smoothing = 1}", "input %x: f32[2, 3], input %k: i32[2]"),
      (
        305, "an optimizer's state of another shape", "sgd_update(%p, %g, %r, %b, %s) {momentum = 0.9}",
        "parameter %p: f32[2], input %g: f32[2], input %r: f32[], input %b: f32[3], input %s: i32[]"
      ),
      (
        305, "a learning rate for each element", "sgd_update(%p, %g, %r)", "parameter %p: f32[2], input %g: f32[2], input %r: f32[2]"
      ),
      (
        305, "a decay of 1 in an optimizer", "adam_update(%p, %g, %m, %v, %s, %r) {beta1 = 1}",
        "parameter %p: f32[2], input %g: f32[2], input %m: f32[2], input %v: f32[2], input %s: i32[], input %r: f32[]"
      ),
      (302, "a decay of 1 of averages", "average_update(%p, %g) {decay = 1}", "parameter %p: f32[2], input %g: f32[2]"),
      (305, "a key of random numbers that is no key", "random_uniform(%x) {stream = 0}", matrices),
      (305, "values for another shape", "constant() {values = [1, 2, 3]}", matrices),
      (302, "a list in place of a number", "log_softmax(%x) {axis = [1]}", matrices),
      (302, "an attribute that is missing", "argmax(%x)", matrices),
      (302, "a word that is none of the choices", "compare(%x, %x) {direction = equal}", matrices),
      (302, "a number in place of true or false", "matmul(%x, %w) {transpose_rhs = 1}", matrices),
      (303, "an attribute of another operation", "relu(%x) {axis = 1}", matrices),
      (303, "an attribute that is misspelt", "matmul(%x, %w) {transpose_rsh = true}", matrices),
      (304, "an operand too few", "matmul(%x)", matrices),
      (304, "an operand too many", "relu(%x, %x)", matrices),
      (318, "a value that the type does not hold", "pad(%x) {low = [1], high = [1], value = 0.5}", "input %x: i32[2]"),
    ]
    let nodes = cases.map { entry -> Titled in
      (entry.number, entry.title, { try parse("%y = \(entry.node) : f32[2]", parameters: entry.parameters) })
    }
    return nodes + regions
  }

  /// Operations with a region.
  private var regions: [Titled] {
    func scan(_ operands: String, _ attributes: String, _ parameters: String, _ region: String, _ result: String = "%c") -> () throws ->
      Void
    {
      {
        let body = "%y = scan @loop(\(operands)) {\(attributes)} (\(parameters)) {\n    \(region)\n    return \(result)\n  } : f32[2]"
        try parse(body, parameters: "input %x: f32[2], input %k: f32[3, 2]")
      }
    }
    return [
      (
        305, "a loop over fewer steps than its sequence has",
        scan("%x, %k", "length = 4, carried = 1, scanned = 1", "%a: f32[2], %b: f32[2]", "%c = add(%a, %b) : f32[2]")
      ),
      (
        305, "a loop that changes the type of what it carries",
        scan("%x, %k", "length = 3, carried = 1, scanned = 1", "%a: f32[2], %b: f32[2]", "%c = reduce_sum(%a) {axes = [0]} : f32[]")
      ),
      (
        302, "a loop of too many steps",
        scan("%x, %k", "length = 99999999999, carried = 1, scanned = 1", "%a: f32[2], %b: f32[2]", "%c = add(%a, %b) : f32[2]")
      ),
      (
        302, "a loop of a negative number of steps",
        scan("%x, %k", "length = -1, carried = 1, scanned = 1", "%a: f32[2], %b: f32[2]", "%c = add(%a, %b) : f32[2]")
      ),
      (
        304, "a loop with an operand too few",
        scan("%x", "length = 3, carried = 1, scanned = 1", "%a: f32[2], %b: f32[2]", "%c = add(%a, %b) : f32[2]")
      ),
    ]
  }
}
