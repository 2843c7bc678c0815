import MartletCore
import MartletGraph
import MartletLayers
import MartletTraining
import TestSupport

/// What PyTorch computed for a model of the zoo: Tests/Fixtures/make_zoo_fixtures.py describes it, and how either side draws the samples.
struct ZooFixtures {
  private let name: String
  private let file: Safetensors

  init(_ name: String) throws {
    self.name = name
    file = try Safetensors.read(Repository.path("Tests/Fixtures/zoo/\(name).safetensors"))
  }

  // MARK: Initial weights

  /// Of the bytes of all tensors in the order of `names`.
  var digest: String? { file.metadata("sha256") }

  /// Name and shape of each tensor of floats, in the order of PyTorch's state dict.
  func names() throws -> [(name: String, shape: Shape)] {
    guard let text = file.metadata("names"), case .list(let entries) = try JSONReader.parse(Array(text.utf8), file: name) else { return [] }
    return entries.compactMap { entry in
      guard case .list(let parts) = entry, parts.count == 2, case .string(let name) = parts[0], case .list(let extents) = parts[1] else {
        return nil
      }
      return (name, Shape(extents.compactMap { if case .number(let text) = $0 { Int(text) } else { nil } }))
    }
  }

  // MARK: Loss and gradients

  /// How far a result is from PyTorch's, and how far PyTorch's own f32 is from its f64.
  struct Distance {
    var found: Double
    var ofPyTorch: Double
  }

  /// Elements that are kept, and the norm, relative to the largest magnitude and the norm; the sum relative to what the sum of so many elements of
  /// that norm can be. Infinite where the two do not fit, nil where the file has no such result.
  func distance(_ result: String, _ found: HostTensor, batch: Int, isSmooth: Bool) -> Distance? {
    guard let values = file["\(batch)/\(isSmooth ? "smooth/" : "")\(result)"]?.numbers, values.count > 4 else { return nil }
    let (sum, norm, largest) = (values[0], values[1], values[2])
    let numbers = found.numbers
    let positions = NamedDraws.positions(64, of: numbers.count)
    guard largest > 0, positions.count == values.count - 4 else { return Distance(found: .infinity, ofPyTorch: values[3]) }
    let ownNorm = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let distances =
      zip(positions, values[4...]).map { abs(numbers[$0] - $1) / largest }
      + [abs(ownNorm - norm) / norm, abs(numbers.reduce(0, +) - sum) / (norm * Double(numbers.count).squareRoot())]
    // A NaN is no distance: it is far away.
    return Distance(found: distances.reduce(0) { $1.isNaN ? .infinity : max($0, $1) }, ofPyTorch: values[3])
  }

  // MARK: Samples

  /// The inputs of a batch.
  func images(_ model: any Model, batch: Int) -> HostTensor {
    let type = batched(model.samples.input, batch)
    let words = NamedDraws.words("zoo/\(name)/images", type.elementCount)
    guard type.dtype == .i32 else { return HostTensor(type, numbers: words.map { Double($0 >> 24) }) }
    return HostTensor(type, numbers: words.map { Double(Int($0) % model.samples.outputs) })
  }

  /// Its targets; in f64 the intensities of an autoencoder are not rounded.
  func labels(_ model: any Model, batch: Int, _ dtype: DType) -> HostTensor {
    let type = TensorType(dtype, batched(model.samples.target, batch).shape)
    if model is any PredictsItsInput { return HostTensor(type, numbers: images(model, batch: batch).numbers.map { $0 / 255 }) }
    let words = NamedDraws.words("zoo/\(name)/labels", type.elementCount)
    guard type.dtype == .i32 else { return HostTensor(type, numbers: words.map { Double($0 >> 31) }) }
    return HostTensor(type, numbers: words.map { Double(Int($0) % model.samples.outputs) })
  }

  private func batched(_ type: TensorType, _ batch: Int) -> TensorType { TensorType(type.dtype, Shape([batch] + type.shape.extents)) }
}
