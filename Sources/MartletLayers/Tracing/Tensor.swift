import MartletCore
import MartletGraph

/// A value of the graph that is being traced: the input and output of layers. It has a type, but no numbers.
public struct Tensor {
  private let ownValue: Value
  private let scope: TraceScope
  let tracer: Tracer
  let history: History

  /// Element type and shape.
  public let type: TensorType

  init(_ value: Value, _ tracer: Tracer, _ history: History) {
    ownValue = value
    scope = tracer.scope
    type = tracer.builder.type(of: value)
    self.tracer = tracer
    self.history = history.starting(with: type.shape)
  }

  /// The value in the graph that grows now: that of the tensor, or inside a loop what the loop reads of it.
  var value: Value { tracer.value(ownValue, of: scope, type) }

  /// The extents; axis 0 of most tensors counts the samples.
  public var shape: Shape { type.shape }

  /// The value of another operand. Throws where it belongs to another step: the builder does not know it.
  func own(_ other: Tensor) throws -> Value {
    guard other.tracer === tracer else {
      throw MartletError(LayerErrorCode.foreignTensor, "two tensors of different steps, \(shape) and \(other.shape), cannot be combined")
    }
    return other.value
  }

  /// The result of a functional call, which stands at a line of the user's model.
  func derived(
    _ name: String, _ file: String, _ line: Int, _ body: (GraphBuilder) throws -> Value
  ) throws -> Tensor {
    try derived(name, SourcePosition(file: file, line: line), body)
  }

  private func derived(_ name: String, _ location: SourcePosition?, _ body: (GraphBuilder) throws -> Value) throws -> Tensor {
    let builder = tracer.builder
    let outer = builder.origin
    if outer == nil, let location { builder.origin = Origin(location: location) }
    defer { builder.origin = outer }
    do {
      let result = try body(builder)
      try tracer.checkScopes()
      return Tensor(result, tracer, history.appending(name, builder.shape(of: result), at: outer == nil ? location : nil))
    } catch let error as MartletError {
      throw error.raised(in: name, named: name, from: history.description, at: error.location ?? location)
    }
  }

  /// The result of an operator, which does not know the line where it stands: errors name that of the layer or call that made the later
  /// operand.
  private func combined(_ name: String, with other: Tensor? = nil, _ body: (GraphBuilder) throws -> Value) throws -> Tensor {
    do {
      return try derived(name, nil, body)
    } catch let error as MartletError where error.location == nil {
      let second = other.map { "\n  how the other operand came about: \($0.history)" } ?? ""
      let made = [self, other].compactMap { $0 }.filter { $0.history.location != nil }
      guard let latest = made.max(by: { $0.ownValue.id < $1.ownValue.id }) else {
        throw MartletError(error, error.message + second, at: nil)
      }
      let message = error.message.dropFirst(error.message.hasPrefix(name) ? name.count : 0)
      throw MartletError(error, "\(name) after \(latest.history.latest)\(message)\(second)", at: latest.history.location)
    }
  }
}

// MARK: Element by element

extension Tensor {
  /// `max(0, x)` of each element [torch.relu].
  public func relu(file: String = #fileID, line: Int = #line) throws -> Tensor { try derived("relu", file, line) { try $0.relu(value) } }
  /// The hyperbolic tangent of each element [torch.tanh].
  public func tanh(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("tanh", file, line) { try $0.hyperbolicTangent(value) }
  }
  /// `1 / (1 + e^-x)` of each element [torch.sigmoid].
  public func sigmoid(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("sigmoid", file, line) { try $0.sigmoid(value) }
  }
  /// e to the power of each element [torch.exp].
  public func exp(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("exp", file, line) { try $0.exponential(value) }
  }
  /// The natural logarithm of each element [torch.log]: -inf at 0, NaN below.
  public func log(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("log", file, line) { try $0.logarithm(value) }
  }
  /// The square root of each element [torch.sqrt]: NaN below 0.
  public func squareRoot(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("sqrt", file, line) { try $0.squareRoot(value) }
  }
  /// The magnitude of each element [torch.abs]; the derivative at 0 is 0.
  public func abs(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("abs", file, line) { try $0.absoluteValue(value) }
  }
  /// -1, 0 or 1 for each element [torch.sign]; the derivative is 0.
  public func sign(file: String = #fileID, line: Int = #line) throws -> Tensor { try derived("sign", file, line) { try $0.sign(value) } }

  /// `1 / sqrt(x)` of each element [torch.rsqrt].
  public func reciprocalSquareRoot(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("rsqrt", file, line) { try $0.reciprocalSquareRoot(value) }
  }
  /// `x sigmoid(x)` of each element [torch.nn.functional.silu].
  public func silu(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("silu", file, line) { try $0.sigmoidLinearUnit(value) }
  }
  /// `log(1 + e^x)` of each element [torch.nn.functional.softplus].
  public func softplus(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("softplus", file, line) { try $0.softplus(value) }
  }
  /// The error function of each element [torch.erf].
  public func errorFunction(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("erf", file, line) { try $0.errorFunction(value) }
  }
  /// Each element rounded down [torch.floor]; the derivative is 0.
  public func floor(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("floor", file, line) { try $0.floor(value) }
  }
  /// Each element rounded to the nearest integer, ties to even [torch.round]; the derivative is 0.
  public func round(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("round", file, line) { try $0.round(value) }
  }
  /// x times the probability that a standard normal variable is below x [torch.nn.functional.gelu], computed with the error function or,
  /// with `.tanh`, with a hyperbolic tangent.
  public func gelu(
    _ approximation: GELUApproximation = .none, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("gelu", file, line) { try $0.gaussianErrorLinearUnit(value, approximation) }
  }

  /// Minus each element [torch.neg].
  public static prefix func - (x: Tensor) throws -> Tensor { try x.combined("neg") { try $0.negate(x.value) } }
  /// The sum of each pair of elements [torch.add]. Axes are aligned at the end and extents of 1 repeated, as in NumPy. Throws M403 where
  /// two extents differ otherwise, M408 for tensors of different steps.
  public static func + (a: Tensor, b: Tensor) throws -> Tensor { try combine("add", a, b) { try $0.add($1, $2) } }
  /// The difference of each pair of elements [torch.sub], with shapes as in `+`.
  public static func - (a: Tensor, b: Tensor) throws -> Tensor { try combine("sub", a, b) { try $0.subtract($1, $2) } }
  /// The product of each pair of elements [torch.mul], with shapes as in `+`.
  public static func * (a: Tensor, b: Tensor) throws -> Tensor { try combine("mul", a, b) { try $0.multiply($1, $2) } }
  /// The quotient of each pair of elements [torch.div], with shapes as in `+`.
  public static func / (a: Tensor, b: Tensor) throws -> Tensor { try combine("div", a, b) { try $0.divide($1, $2) } }

  /// Each element plus a number, which takes the tensor's type.
  public static func + (a: Tensor, b: Double) throws -> Tensor { try combine("add", a, b) { try $0.add($1, $2) } }
  /// Each element minus a number, which takes the tensor's type.
  public static func - (a: Tensor, b: Double) throws -> Tensor { try combine("sub", a, b) { try $0.subtract($1, $2) } }
  /// Each element times a number, which takes the tensor's type.
  public static func * (a: Tensor, b: Double) throws -> Tensor { try combine("mul", a, b) { try $0.multiply($1, $2) } }
  /// Each element times a number, which takes the tensor's type.
  public static func * (a: Double, b: Tensor) throws -> Tensor { try combine("mul", b, a) { try $0.multiply($2, $1) } }
  /// Each element divided by a number, which takes the tensor's type.
  public static func / (a: Tensor, b: Double) throws -> Tensor { try combine("div", a, b) { try $0.divide($1, $2) } }

  /// The element-wise maximum [torch.maximum].
  public func maximum(_ other: Tensor) throws -> Tensor { try Tensor.combine("max", self, other) { try $0.maximum($1, $2) } }

  /// The element-wise minimum [torch.minimum].
  public func minimum(_ other: Tensor) throws -> Tensor { try Tensor.combine("min", self, other) { try $0.minimum($1, $2) } }

  /// This tensor to the power of the other, element-wise [torch.pow].
  public func power(_ exponent: Tensor) throws -> Tensor { try Tensor.combine("pow", self, exponent) { try $0.power($1, $2) } }
  /// Each element to the power of a number [torch.pow].
  public func power(_ exponent: Double) throws -> Tensor { try Tensor.combine("pow", self, exponent) { try $0.power($1, $2) } }

  static func combine(
    _ name: String, _ a: Tensor, _ b: Double, _ body: (GraphBuilder, Value, Value) throws -> Value
  ) throws -> Tensor {
    try a.combined(name) { try body($0, a.value, $0.constant(b, like: a.value)) }
  }

  /// Both operands with the shape that NumPy's rules give: axes are aligned at the end, extents of 1 are repeated.
  static func combine(
    _ name: String, _ a: Tensor, _ b: Tensor, _ body: (GraphBuilder, Value, Value) throws -> Value
  ) throws -> Tensor {
    try a.combined(name, with: b) { builder in
      _ = try a.own(b)
      let rank = Swift.max(a.shape.rank, b.shape.rank)
      func extent(_ shape: Shape, _ axis: Int) -> Int { axis < rank - shape.rank ? 1 : shape[axis - (rank - shape.rank)] }
      let extents = try (0..<rank).map { axis in
        let (x, y) = (extent(a.shape, axis), extent(b.shape, axis))
        guard x == y || x == 1 || y == 1 else {
          throw MartletError(LayerErrorCode.shapesDoNotFit, "the shapes \(a.shape) and \(b.shape) do not fit: \(x) meets \(y)")
        }
        return Swift.max(x, y)
      }
      func expanded(_ tensor: Tensor) throws -> Value {
        let kept = tensor.shape.extents.indices.filter { tensor.shape[$0] == extents[rank - tensor.shape.rank + $0] }
        let squeezed = try builder.reshape(tensor.value, Shape(kept.map { tensor.shape[$0] }))
        return try builder.broadcast(squeezed, Shape(extents), axes: kept.map { rank - tensor.shape.rank + $0 })
      }
      return try body(builder, expanded(a), expanded(b))
    }
  }
}

extension GraphBuilder {
  /// Exponentials along an axis, divided by their sum [torch.softmax].
  func softmax(_ x: Value, axis: Int) throws -> Value { try exponential(logSoftmax(x, axis: axis)) }
}

// MARK: Own layers and operations

extension Tensor {
  /// A parameter or state of a layer, as its property `parameters` lists it: what `callAsFunction` of a layer of your own reads. Throws M405
  /// where the layer is no property of the model, M407 where it does not list the name.
  public func parameter(_ name: String, of layer: any PrimitiveLayer) throws -> Tensor {
    Tensor(try tracer.parameter(layer, name), tracer, History(name))
  }

  /// The result of a layer of your own: errors that `body` throws name the layer, its line and how the shape of this tensor came about.
  public func applying(_ layer: any PrimitiveLayer, _ body: (Tensor) throws -> Tensor) throws -> Tensor {
    try tracer.call(layer, self) { try body($0).value }
  }

  /// The result of an operation, which may be one of your own, of this tensor and further operands. Throws M401 where the operation has not one
  /// result, M304 or M305 where it does not take the operands.
  public func applying(_ operation: any TensorOperation, _ others: Tensor..., file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived(Swift.type(of: operation).mnemonic, file, line) { builder in
      let results = try builder.add(operation, [value] + others.map(own))
      guard results.count == 1 else {
        throw MartletError(
          LayerErrorCode.configuration,
          "an operation with one result is needed, \(Swift.type(of: operation).mnemonic) has \(results.count)",
          advice: "Let the operation infer one result: an operation of several is added to a GraphBuilder.")
      }
      return results[0]
    }
  }

  /// This tensor; its numbers come back in `ResultValues` beside the results of the step or function, under a name.
  public func watched(_ name: String) -> Tensor {
    tracer.watch(name, value)
    return self
  }

  /// This tensor; on `Device.interpreter`, or with `--device interpreter`, each run prints its shape, extremes, mean and first numbers to
  /// standard error, under `label` or the file and line of the call. Other devices print nothing and do not compute it for that.
  @discardableResult
  public func show(_ label: String? = nil, file: String = #fileID, line: Int = #line) -> Tensor {
    tracer.show(label ?? "\(file):\(line)", value)
    return self
  }

  /// Each element in another type. Numbers that the type does not hold are clamped or rounded as `DType.rounded` says; no gradient flows
  /// into integers.
  public func converted(to dtype: DType, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("convert", file, line) { try $0.convert(value, to: dtype) }
  }

  /// Bytes `u8` as intensities between 0 and 1, f32: divided by 255 [torchvision.transforms.ToTensor].
  public func scaled(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("scaled", file, line) { builder in
      let floats = try builder.convert(value, to: .f32)
      return try builder.divide(floats, builder.constant(255, like: floats))
    }
  }
}

// MARK: Shapes, reductions, products. Axes are numbered from 0; -1 is the last one, -2 the one before it.

extension Tensor {
  /// Numbers in the graph of this tensor, for masks, targets and tables, however many.
  public func constant(_ numbers: HostTensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("constant", file, line) { try $0.add(Constant(numbers.numbers, numbers.type)) }
  }

  /// The same elements in row-major order under another shape [torch.reshape]. Throws M305 unless both have as many elements.
  public func reshaped(_ shape: Shape, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("reshape", file, line) { try $0.reshape(value, shape) }
  }

  /// One axis in place of all axes from `start` on [torch.flatten]. Throws M404 for an axis that is not there.
  public func flatten(from start: Int = 1, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("flatten", file, line) { builder in
      let start = try axis(start)
      return try builder.reshape(value, Shape(Array(shape.extents[..<start]) + [shape.extents[start...].reduce(1, *)]))
    }
  }

  /// Axis i of the result is axis `permutation[i]` [torch.permute]. Throws M305 unless each axis is named once, M404 for one that is not there.
  public func transposed(_ permutation: [Int], file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("transpose", file, line) { try $0.transpose(value, permutation.map(axis)) }
  }

  /// The sum over the axes, which are removed [torch.sum]; of i32 it wraps around. Throws M404 for axes that are not there.
  public func sum(axes: [Int], file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("sum", file, line) { try $0.reduceSum(value, axes: self.axes(axes)) }
  }

  /// The mean over the axes, which are removed [torch.mean]. Throws M404 for axes that are not there.
  public func mean(axes: [Int], file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("mean", file, line) { try $0.reduceMean(value, axes: self.axes(axes)) }
  }

  /// The maximum over the axes, which are removed [torch.amax]: a NaN wins, and elements that tie share the gradient.
  public func max(axes: [Int], file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("max", file, line) { try $0.reduceMax(value, axes: self.axes(axes)) }
  }

  /// The minimum over the axes, which are removed [torch.amin]: a NaN wins, and elements that tie share the gradient.
  public func min(axes: [Int], file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("min", file, line) { try $0.reduceMin(value, axes: self.axes(axes)) }
  }

  /// The index of the maximum along an axis, i32; the axis is removed [torch.argmax].
  public func argumentOfMaximum(axis: Int, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("argmax", file, line) { try $0.argumentOfMaximum(value, axis: self.axis(axis)) }
  }

  /// Adds `low[i]` elements before and `high[i]` after axis i [torch.nn.functional.pad].
  public func padded(
    low: [Int], high: [Int], value padding: Double = 0, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("pad", file, line) { try $0.pad(value, low: low, high: high, value: padding) }
  }

  /// The elements `starts[i] ..< limits[i]` of each axis, every `strides[i]`-th [x[start:limit:stride]]. A negative start or limit counts from
  /// the end: -1 is the last element. Throws M305 for bounds outside of the extents.
  public func slice(
    starts: [Int], limits: [Int], strides: [Int]? = nil, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("slice", file, line) {
      try $0.slice(value, starts: positions(starts, "start"), limits: positions(limits, "limit"), strides: strides)
    }
  }

  /// This tensor and the others, joined along an axis [torch.cat].
  public func concatenated(_ others: [Tensor], axis: Int, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("concat", file, line) { try $0.concatenate([value] + others.map(own), axis: self.axis(axis)) }
  }

  /// The entries at i32 indices along an axis; the axes of the indices take its place [torch.index_select].
  public func gather(_ indices: Tensor, axis: Int = 0, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("gather", file, line) { try $0.gather(value, own(indices), axis: self.axis(axis)) }
  }

  /// f32: 1 at each of these i32 indices along a new last axis, 0 elsewhere [torch.nn.functional.one_hot].
  public func oneHot(classes: Int, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("one_hot", file, line) { try $0.oneHot(value, classes: classes) }
  }

  /// The matrix product of the last two axes, `[…, M, K]` and `[…, K, N]`, or `[…, N, K]` with `transposeRight` [torch.matmul]: `[…, M, N]`.
  /// Axes before them are equal in both. Throws M305 where the shapes do not fit.
  public func matrixMultiply(_ other: Tensor, transposeRight: Bool = false, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("matmul", file, line) { try $0.matrixMultiply(value, own(other), transposeRHS: transposeRight) }
  }

  /// `x - log(sum(e^x))` along an axis [torch.nn.functional.log_softmax]; large numbers do not overflow.
  public func logSoftmax(axis: Int, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("log_softmax", file, line) { try $0.logSoftmax(value, axis: self.axis(axis)) }
  }

  /// Exponentials along an axis divided by their sum [torch.nn.functional.softmax]; large numbers do not overflow.
  public func softmax(axis: Int, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("softmax", file, line) { try $0.softmax(value, axis: self.axis(axis)) }
  }

  /// The maximum of each window of images `[N, C, H, W]` [torch.nn.functional.max_pool2d], with the arguments of the layer `MaxPool2D`.
  public func maxPool2D(
    _ window: Extents2D, stride: Extents2D? = nil, padding: Extents2D = 0, dilation: Extents2D = 1, ceilMode: Bool = false,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("max_pool2d", file, line) {
      try $0.maxPool2D(value, PoolingGeometry(window, stride, padding, dilation, ceilMode: ceilMode))
    }
  }

  /// The mean of each window of images `[N, C, H, W]` [torch.nn.functional.avg_pool2d], with the arguments of the layer `AvgPool2D`.
  public func averagePool2D(
    _ window: Extents2D, stride: Extents2D? = nil, padding: Extents2D = 0, ceilMode: Bool = false, countIncludesPadding: Bool = true,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("avg_pool2d", file, line) {
      try $0.averagePool2D(
        value, PoolingGeometry(window, stride, padding, ceilMode: ceilMode), countIncludesPadding: countIncludesPadding)
    }
  }
}
