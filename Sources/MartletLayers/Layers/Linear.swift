import MartletCore
import MartletGraph

/// `x W^T + b` of the rows that the last axis of `[N, …, inputFeatures]` holds [torch.nn.Linear].
public struct Linear: PrimitiveLayer, BuiltInLayer {
  package let inputFeatures: Int
  package let outputFeatures: Int
  package let hasBias: Bool
  package let mark: LayerIdentity

  /// The parameters are `weight` `[outputFeatures, inputFeatures]` and, unless `bias` is false, `bias` `[outputFeatures]`, with PyTorch's
  /// initial values. A call throws M401 unless both numbers are positive, M402 where the last axis of the input has another extent.
  public init(_ inputFeatures: Int, _ outputFeatures: Int, bias: Bool = true, file: String = #fileID, line: Int = #line) {
    self.inputFeatures = inputFeatures
    self.outputFeatures = outputFeatures
    hasBias = bias
    mark = LayerIdentity(file, line)
  }

  package var specifications: [ParameterSpecification] {
    let fanIn = max(inputFeatures, 1)
    let weight = ParameterSpecification.weight(Shape([max(outputFeatures, 0), max(inputFeatures, 0)]), fanIn: fanIn)
    return [weight] + (hasBias ? [.bias(max(outputFeatures, 0), fanIn: fanIn)] : [])
  }

  package var title: String { "Linear(in_features=\(inputFeatures), out_features=\(outputFeatures), bias=\(hasBias ? "True" : "False"))" }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      guard inputFeatures > 0, outputFeatures > 0 else {
        throw MartletError(LayerErrorCode.configuration, "features must be positive, found \(inputFeatures) and \(outputFeatures)")
      }
      guard input.shape.rank >= 2, let features = input.shape.extents.last, features == inputFeatures else {
        throw MartletError(
          LayerErrorCode.inputShape, "expected rows of \(inputFeatures) features, found \(input.shape)",
          advice: input.shape.rank > 2 && input.shape.extents.dropFirst().reduce(1, *) == inputFeatures
            ? "Call flatten() before the layer."
            : "Give it \(input.shape.extents.last ?? 1) input features, or correct the layers before it.")
      }
      let builder = input.tracer.builder
      let outer = Array(input.shape.extents.dropLast())
      let rows = outer.count == 1 ? input.value : try builder.reshape(input.value, [outer.reduce(1, *), features])
      var product = try builder.matrixMultiply(rows, input.tracer.parameter(self, "weight"), transposeRHS: true)
      if hasBias { product = try builder.addBias(product, input.tracer.parameter(self, "bias")) }
      return outer.count == 1 ? product : try builder.reshape(product, Shape(outer + [outputFeatures]))
    }
  }
}
