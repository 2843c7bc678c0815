// A layer with a parameter of its own, and an operation of its own with its derivative.
import Martlet

/// Multiplies each feature by a trained number. Errors name this layer and the line where it was made.
struct Scale: PrimitiveLayer {
  let features: Int
  let identity = LayerIdentity(#fileID, #line)
  var summary: String { "Scale(\(features))" }
  var parameters: [ParameterSpecification] { [ParameterSpecification("scale", [features], .constant(0.5))] }

  func callAsFunction(_ x: Tensor) throws -> Tensor {
    try x.applying(self) { try $0 * $0.parameter("scale", of: self) }
  }
}

/// `x tanh(softplus(x))` [torch.nn.Mish]. The compiler derives kernels from `element`; `value` is the reference that tests compare with.
struct Mish: UnaryPointwise {
  static let mnemonic = "mish"
  static var samples: [OperationSample] { samples(.uniform(-4, 4)) }

  func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar {
    x * Scalar.apply(.tanh, Scalar.apply(.log, 1 + Scalar.apply(.exp, x)))
  }
  func element(_ x: Element) -> Element { x * .unary(.tanh, .unary(.log, x.constant(1) + .unary(.exp, x))) }

  func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    let squashed = try builder.hyperbolicTangent(builder.softplus(x))
    let slope = try builder.multiply(
      builder.multiply(x, builder.sigmoid(x)),
      builder.subtract(builder.constant(1, like: x), builder.multiply(squashed, squashed)))
    return try builder.multiply(adjoint, builder.add(squashed, slope))
  }

  var differentiability: Differentiability { .differentiable }
  var operationsPerElement: Int { 40 }
}

struct Net: Layer {
  let first = Linear(2, 16)
  let scale = Scale(features: 16)
  let last = Linear(16, 1)

  func callAsFunction(_ x: Tensor) throws -> Tensor { try last(scale(first(x)).applying(Mish())) }
}

let net = Net()
let weights = try Variables(net, seed: 0, on: .best())
print("Variables: \(weights.names.joined(separator: ", "))")
let step = try TrainingStep(weights, .adam(), inputs: .f32(4, 2), .f32(4, 1)) { x, y in try net(x).meanSquaredError(y) }

// Exclusive or: 1 where exactly one of two numbers is 1.
for number in 1...500 {
  let loss = try step([0, 0, 0, 1, 1, 0, 1, 1] as [Float], [0, 1, 1, 0] as [Float], learningRate: 1e-2)
  if number % 100 == 0 { print("step \(number), loss: \(loss)") }
}
