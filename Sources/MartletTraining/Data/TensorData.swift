import MartletCore

/// Samples in memory: named tensors whose axis 0 counts the samples.
///
/// ```swift
/// let data = try TensorData(["x": HostTensor([150, 4], elements: features), "y": HostTensor([150], elements: labels)], classes: ["y": names])
/// ```
public struct TensorData: DataSource, BuiltInSource {
  package let length: Int
  package let parts: [DataElement]
  private let tensors: [HostTensor]

  /// The tensors are the elements of the samples, in this order. `classes` has the names of the classes for an i32 element of one number a
  /// sample.
  ///
  /// Throws M1023 unless each tensor has an axis 0, all of the same extent, and the names differ; M1030 for a class number without a name.
  public init(_ tensors: [(String, HostTensor)], classes: [String: [String]] = [:]) throws {
    func differ(_ message: String, _ advice: String? = nil) -> MartletError {
      MartletError(DataErrorCode.elementsDiffer, message, advice: advice)
    }
    guard let first = tensors.first else {
      throw differ("a data source needs a tensor at least, none was given", "Give the inputs, and the labels.")
    }
    var elements: [DataElement] = []
    for (name, tensor) in tensors {
      guard let samples = tensor.shape.extents.first else {
        throw differ("'\(name)' is \(tensor.type); it needs an axis that counts the samples", "Give an element for each sample.")
      }
      guard samples == first.1.shape.extents.first else {
        throw differ("'\(name)' is \(tensor.type), '\(first.0)' \(first.1.type): they have different numbers of samples")
      }
      guard !elements.contains(where: { $0.name == name }) else {
        throw differ("two tensors are named '\(name)'", "Give them different names.")
      }
      let element = DataElement(name, tensor.dtype, Shape(Array(tensor.shape.extents.dropFirst())), classes: classes[name])
      if let names = element.classes { try TensorData.check(tensor, element, names) }
      elements.append(element)
    }
    if let unknown = classes.keys.sorted().first(where: { name in !elements.contains { $0.name == name } }) {
      throw differ(
        "classes are given for '\(unknown)', which is none of the tensors",
        KnownNames.advice("tensors", elements.map(\.name), insteadOf: unknown))
    }
    length = first.1.shape[0]
    parts = elements
    self.tensors = tensors.map(\.1)
  }

  /// As with a list of pairs: `TensorData(["x": x, "y": y])`.
  public init(_ tensors: KeyValuePairs<String, HostTensor>, classes: [String: [String]] = [:]) throws {
    try self.init(tensors.map { ($0.key, $0.value) }, classes: classes)
  }

  private static func check(_ tensor: HostTensor, _ element: DataElement, _ names: [String]) throws {
    guard let numbers: [Int32] = tensor.elements(), element.shape.rank == 0 else {
      throw MartletError(
        DataErrorCode.elementsDiffer, "'\(element.name)' has classes and is \(tensor.type); an i32 number for each sample was expected",
        advice: "Give the number of each sample's class, or no names of classes.")
    }
    if let position = numbers.firstIndex(where: { $0 < 0 || Int($0) >= names.count }) {
      throw MartletError(
        DataErrorCode.noClasses,
        "'\(element.name)' of sample \(position) is \(numbers[position]), but there are names of \(names.count) classes",
        advice: "Classes are numbered from 0; give a name for each.")
    }
  }

  /// The tensor of an element, for all samples. Throws M1021 where there is no such element.
  public subscript(element: Int) -> HostTensor {
    get throws {
      guard tensors.indices.contains(element) else { throw noElement("element \(element)", elements) }
      return tensors[element]
    }
  }

  /// The tensor of an element, for all samples. Throws M1021 where no element has the name.
  public subscript(name: String) -> HostTensor {
    get throws {
      guard let element = elements.firstIndex(where: { $0.name == name }) else { throw noElement("element '\(name)'", elements) }
      return tensors[element]
    }
  }

  package func copy(_ element: Int, of samples: [Int], to memory: UnsafeMutableRawBufferPointer) throws {
    try checkWrite(element, of: samples, to: memory)
    tensors[element].withUnsafeBytes { SampleMemory.copy(samples, of: elements[element].byteCount, from: $0, to: memory) }
  }
}
