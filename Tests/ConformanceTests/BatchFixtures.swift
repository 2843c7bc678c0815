import MartletCore
import MartletGraph
import MartletTraining
import TestSupport

/// What PyTorch computed for a case at every batch, and the numbers that it computed with: Tests/Fixtures/make_batch_fixtures.py describes
/// both, and how either side draws them.
struct BatchFixtures {
  static let folder = "Tests/Fixtures/batches"
  static let batches = [1, 2, 3, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 100, 130]

  private let name: String
  private let expected: Safetensors

  /// `isSmooth`: of the network without kinks.
  init(_ name: String, isSmooth: Bool) throws {
    self.name = name
    expected = try Safetensors.read(Repository.path("\(BatchFixtures.folder)/\(name)\(isSmooth ? ".smooth" : "").safetensors"))
  }

  var resultNames: Set<String> { Set(expected.tensors.map(\.name)) }

  // MARK: What PyTorch computed

  /// How far a result is from PyTorch's: the largest of the distances of its elements that are kept, its largest magnitude, its norm and its
  /// sum. The first two relative to the largest magnitude, the norm to the norm, and the sum to what the sum of so many elements of that
  /// norm can be. Infinite where the two do not fit.
  func distance(_ result: String, _ found: HostTensor, batch: Int) -> Double {
    guard let matrix = expected[result], let row = BatchFixtures.batches.firstIndex(of: batch) else { return .infinity }
    let width = matrix.shape[1]
    let values = Array(matrix.numbers[row * width..<(row + 1) * width])
    let (sum, norm, largest) = (values[0], values[1], values[2])
    let numbers = found.numbers
    guard largest > 0 else { return numbers.allSatisfy { $0 == 0 } ? 0 : .infinity }
    let elements = zip(BatchFixtures.positions(width - 3, of: numbers.count), values[3...]).map { abs(numbers[$0] - $1) / largest }
    let ownLargest = numbers.reduce(0) { max($0, abs($1)) }
    let ownNorm = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let largestSum = norm * Double(numbers.count).squareRoot()
    let distances =
      elements + [abs(ownLargest - largest) / largest, abs(ownNorm - norm) / norm, abs(numbers.reduce(0, +) - sum) / largestSum]
    // A NaN is no distance: it is far away.
    return distances.reduce(0) { $1.isNaN ? .infinity : max($0, $1) }
  }

  /// Where the elements are that a row keeps.
  private static func positions(_ kept: Int, of count: Int) -> [Int] {
    guard count > kept else { return (0..<kept).map { $0 % count } }
    var generator = PyTorchGenerator(seed: 64)
    return (0..<kept).map { _ in Int(generator.next32()) % count }
  }

  // MARK: What it computed with

  /// The images, labels, parameters and states of a graph whose inputs have a batch of any size.
  func argument(_ parameter: Graph.Parameter) -> HostTensor {
    let (type, count) = (parameter.type, parameter.type.elementCount)
    switch parameter.name {
    case "images": return HostTensor(type, numbers: draws(parameter.name, count).map { Double($0 >> 24) })
    case "labels": return HostTensor(type, numbers: draws(parameter.name, count).map { Double($0 % 10) })
    default:
      let numbers = draws(parameter.name, count).map { Double($0 >> 16) / 0x1p15 - 1 }
      guard type.shape.rank > 1 else {
        let isScale = parameter.name.hasSuffix("weight") || parameter.name.hasSuffix("running_var")
        return HostTensor(type, numbers: numbers.map { $0 / 4 + (isScale ? 1 : 0) })
      }
      var scale = 2.0
      // 4^e elements or fewer are added up: about 2^-e keeps the sum's size.
      var bound = 1
      while bound < count / type.shape[0] { (bound, scale) = (bound * 4, scale / 2) }
      return HostTensor(type, numbers: numbers.map { $0 * scale })
    }
  }

  private func draws(_ tensor: String, _ count: Int) -> [UInt32] {
    // The FNV-1a hash. Source: G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm".
    let seed = "\(name)/\(tensor)".utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    var generator = PyTorchGenerator(seed: UInt64(seed))
    return (0..<count).map { _ in generator.next32() }
  }
}
