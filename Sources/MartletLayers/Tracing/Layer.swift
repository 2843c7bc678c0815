import MartletCore
import MartletGraph

/// A part of a model that maps a tensor to a tensor. A struct whose properties are layers is a layer too; the names of the properties
/// become the names of the parameters, as in PyTorch.
public protocol Layer: ParameterSelection, Sendable {
  /// Adds this layer to the graph that is being traced. Throws an error that names the layer and its line when the shapes do not fit.
  func callAsFunction(_ input: Tensor) throws -> Tensor
}

/// Tells layers apart: structs have no identity of their own. Copies of a layer share it, and with it their parameters.
public final class LayerIdentity: Sendable, Hashable {
  /// The line that made the layer.
  package let location: SourcePosition

  /// The line that makes the layer, for errors: `LayerIdentity(#fileID, #line)`.
  public init(_ file: String, _ line: Int) { location = SourcePosition(file: file, line: line) }

  /// Whether both belong to one layer or to copies of it.
  public static func == (a: LayerIdentity, b: LayerIdentity) -> Bool { a === b }
  /// Consistent with `==`.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// A layer that is not made of other layers.
public protocol PrimitiveLayer: Layer {
  /// Tells this layer from others: `let identity = LayerIdentity(#fileID, #line)`.
  var identity: LayerIdentity { get }
  /// The line that `print(model)` shows.
  var summary: String { get }
  /// What the layer trains, in the order in which PyTorch draws it, and the state that it keeps beside.
  var parameters: [ParameterSpecification] { get }
}

/// A trained tensor or a state of a layer, and how it begins.
public struct ParameterSpecification: Hashable, Sendable {
  /// The values with which a parameter begins, drawn by PyTorch's generator for the seed.
  public enum Initializer: Hashable, Sendable {
    /// Uniform in `-bound ..< bound`.
    case uniform(bound: Double)
    /// The same number everywhere.
    case constant(Double)
    /// Normally distributed around 0.
    case normal(deviation: Double)
  }

  /// `weight` or `bias`; the path of the layer goes before it.
  package var name: String
  package var shape: Shape
  package var initializer: Initializer
  /// Whether the optimizer leaves it alone: a state that the layer itself renews, such as running statistics.
  package var isState: Bool

  /// A tensor f32 of this shape. `name` is read by `parameter(_:of:)`; with `isState` it is saved, but not trained.
  public init(_ name: String, _ shape: Shape, _ initializer: Initializer, isState: Bool = false) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.isState = isState
  }

  /// PyTorch's default for weights, of which each output sums `fanIn` products: Kaiming uniform with a = sqrt 5
  /// [torch.nn.init.kaiming_uniform_].
  public static func weight(_ shape: Shape, fanIn: Int) -> ParameterSpecification {
    let gain = (2.0 / 6.0).squareRoot()
    let deviation = gain / Double(fanIn).squareRoot()
    return ParameterSpecification("weight", shape, .uniform(bound: 3.0.squareRoot() * deviation))
  }

  /// PyTorch's default for biases [torch.nn.Linear]: `[count]`, uniform within 1 / sqrt(fanIn), where `fanIn` is the number of inputs of an
  /// output.
  public static func bias(_ count: Int, fanIn: Int) -> ParameterSpecification {
    ParameterSpecification("bias", [count], .uniform(bound: 1 / Double(fanIn).squareRoot()))
  }

  /// PyTorch's default for the rows of an embedding.
  package static func table(_ rows: Int, _ features: Int) -> ParameterSpecification {
    ParameterSpecification("weight", [max(rows, 0), max(features, 0)], .normal(deviation: 1))
  }
}

/// A whole network: a layer that knows the shape of its samples and what it minimises.
///
/// ```swift
/// struct LeNet: Model {
///   let features = Sequential {
///     Conv2D(1, 6, kernel: 5); Tanh(); AvgPool2D(2)
///   }
///   let out = Linear(864, 10)
///   var inputShape: Shape { [1, 28, 28] }
///   func callAsFunction(_ x: Tensor) throws -> Tensor { try out(features(x).flatten()) }
/// }
/// ```
public protocol Model: Layer, CustomStringConvertible {
  /// The shape of one sample: channels, height, width. Its values are bytes.
  var inputShape: Shape { get }
  /// The types of a sample and its target, and how many numbers the model gives: what its graphs are made for without data of other types.
  var samples: SampleType { get }
  /// How the graph converts the bytes before the first layer.
  var inputEncoding: InputEncoding { get }
  /// The scalar to minimise, computed from the output of the model and the targets: labels `i32[N]`, for example.
  func loss(_ output: Tensor, _ labels: Tensor) throws -> Tensor
}

/// How a model reads the bytes of a data set.
public enum InputEncoding: Hashable, Sendable {
  /// Intensities: f32, divided by 255.
  case intensities
  /// Numbers of entries of a table: i32, as `Embedding` takes them.
  case indices
}

extension Model {
  /// Intensities, unless the model says otherwise.
  public var inputEncoding: InputEncoding { .intensities }

  /// Bytes of the model's shape with one of ten classes, unless the model says otherwise.
  public var samples: SampleType { SampleType(input: TensorType(.u8, inputShape)) }

  /// The mean cross entropy where labels are numbers of classes, the mean squared error where they are numbers to predict. Labels of several
  /// places a sample, `i32[N, T]` with an output `[N, T, K]`, count as labels of N T samples.
  public func loss(_ output: Tensor, _ labels: Tensor) throws -> Tensor {
    guard !labels.type.dtype.isFloatingPoint else { return try output.meanSquaredError(labels) }
    let (rows, labels) = try output.places(labels)
    return try rows.crossEntropy(labels)
  }

  /// The layers with their names, as PyTorch prints a module.
  public var description: String { ModelStructure(self).description }
}

/// A model whose target is its own input: intensities from 0 to 1, or the numbers as they are.
package protocol PredictsItsInput: Model {}

extension Tensor {
  /// Logits `[N, …, K]` and labels `i32[N, …]` as those of as many samples as there are places: `[M, K]` and `i32[M]`.
  func places(_ labels: Tensor) throws -> (logits: Tensor, labels: Tensor) {
    guard labels.shape.rank > 1, shape.rank == labels.shape.rank + 1, let classes = shape.extents.last else { return (self, labels) }
    let count = labels.shape.elementCount
    return (try reshaped([count, classes]), try labels.reshaped([count]))
  }
}
