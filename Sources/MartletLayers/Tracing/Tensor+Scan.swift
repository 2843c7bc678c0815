import MartletCore
import MartletGraph

/// What a step of a loop gives, and what the loop gives in the end.
public struct ScanStep {
  /// The values that the next step begins with; of the whole loop, those after the last step.
  public var carried: [Tensor]
  /// Values of which every step's is kept; of the whole loop, tensors whose first axis counts the steps.
  public var stacked: [Tensor]

  /// As many carried values as the loop began with, each of the same type.
  public init(carried: [Tensor], stacked: [Tensor] = []) {
    self.carried = carried
    self.stacked = stacked
  }
}

extension Tensor {
  /// Runs a step for each element along the first axis, one after the other [jax.lax.scan]. The step stands in the graph once, however many
  /// elements there are; gradients flow through carried, stacked and all other values that it reads.
  ///
  /// ```swift
  /// let sums = try numbers.scan([zero]) { carried, number in
  ///   let sum = try carried[0] + number
  ///   return ScanStep(carried: [sum], stacked: [sum])
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - initial: what the first step begins with.
  ///   - isReversed: whether the first step reads the last element. Element t of a stacked result is that of the step which read element t.
  ///   - step: is given the carried values and the element, without the first axis. It is called once.
  ///   - file: where the call stands, for errors; given by the compiler.
  ///   - line: its line; given by the compiler.
  ///
  /// Throws M404 for a scalar, M305 where the step gives carried values of other types, and M411 where a tensor of the step is used outside.
  public func scan(
    _ initial: [Tensor], isReversed: Bool = false, file: String = #fileID, line: Int = #line, _ step: ([Tensor], Tensor) throws -> ScanStep
  ) throws -> ScanStep {
    try Tensor.scan([self], initial, isReversed: isReversed, file: file, line: line) { try step($0, $1[0]) }
  }

  /// The same for several tensors with the same first extent, of each of which a step is given its element.
  public static func scan(
    _ sequences: [Tensor], _ initial: [Tensor], isReversed: Bool = false, file: String = #fileID, line: Int = #line,
    _ step: ([Tensor], [Tensor]) throws -> ScanStep
  ) throws -> ScanStep {
    let location = SourcePosition(file: file, line: line)
    do {
      return try scan(sequences, initial, isReversed, location, step)
    } catch let error as MartletError {
      throw error.location == nil ? error.raised(in: "scan", named: "scan", from: nil, at: location) : error
    }
  }

  private static func scan(
    _ sequences: [Tensor], _ initial: [Tensor], _ isReversed: Bool, _ location: SourcePosition,
    _ step: ([Tensor], [Tensor]) throws -> ScanStep
  ) throws -> ScanStep {
    guard let first = sequences.first, let steps = first.shape.extents.first else {
      throw MartletError(
        LayerErrorCode.noSuchAxis, "a tensor with an axis is needed, whose elements the steps are for",
        advice: sequences.isEmpty
          ? "Give a sequence, for example of zeros, whose first axis counts the steps."
          : "Reduce fewer axes before, or give it an axis of 1.")
    }
    for other in sequences.dropFirst() where other.shape.extents.first != steps {
      throw MartletError(
        LayerErrorCode.shapesDoNotFit,
        "the sequences \(first.shape) and \(other.shape) have different first extents: each step reads an element of both",
        advice: "Slice or pad one of them along axis 0, or transpose the axis of the steps to the front.")
    }
    let tracer = first.tracer
    let outer = tracer.builder
    let operands = try initial.map(first.own) + sequences.map(first.own)
    let region = TraceScope(name: "scan", outer: tracer.scope, steps: steps)
    region.builder.origin = outer.origin ?? Origin(location: location)
    let results = try tracer.inside(region) {
      let carried = try initial.enumerated().map { number, tensor in
        let value = try region.builder.parameter("carried\(number)", .input, tensor.type)
        return Tensor(value, tracer, tensor.history.appending("scan", tensor.shape, at: location))
      }
      let elements = try zip(sequences, operands.dropFirst(initial.count)).map { sequence, value in
        let type = TensorType(sequence.type.dtype, Shape(Array(sequence.shape.extents.dropFirst())))
        return Tensor(try region.addScanned(value, type), tracer, sequence.history.appending("scan", type.shape, at: location))
      }
      let made = try step(carried, elements)
      guard made.carried.count == initial.count else {
        throw MartletError(
          LayerErrorCode.configuration,
          "a step gives \(initial.count) carried values, as many as the loop begins with; this one gives \(made.carried.count)",
          advice: "Return ScanStep(carried:) with the new value of each.")
      }
      guard !(made.carried + made.stacked).isEmpty else {
        throw MartletError(
          LayerErrorCode.configuration, "a step gives a carried or a stacked value, this one gives none",
          advice: "Return what the loop computes: ScanStep(carried:stacked:).")
      }
      for (number, tensor) in (made.carried + made.stacked).enumerated() {
        _ = try first.own(tensor)
        region.builder.result("result\(number)", tensor.value)
      }
      try tracer.checkScopes()
      return made
    }
    let whole = region.whole.map(\.outer)
    let scan = Scan(
      name: "scan", length: steps, carriedCount: initial.count, scannedCount: region.scanned.count, isReversed: isReversed,
      region: try region.builder.finish().permutingParameters(
        (0..<initial.count).map { "carried\($0)" } + region.scanned.indices.map { "scanned\($0)" } + whole.indices.map { "whole\($0)" }))
    let origin = outer.origin
    if origin == nil { outer.origin = Origin(location: location) }
    defer { outer.origin = origin }
    let values = try outer.add(scan, operands.prefix(initial.count) + region.scanned.map(\.outer) + whole)
    let tensors = values.enumerated().map { number, value in
      Tensor(value, tracer, first.history.appending("scan", outer.shape(of: value), at: location))
    }
    return ScanStep(carried: Array(tensors.prefix(results.carried.count)), stacked: Array(tensors.dropFirst(results.carried.count)))
  }
}
