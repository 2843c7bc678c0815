import MartletCore

/// The safetensors format: eight bytes of header length, a JSON header, then the tensors' bytes without gaps.
///
/// Source: https://github.com/huggingface/safetensors#format
public struct Safetensors: Sendable {
  package var metadata: [(key: String, value: String)]
  /// Tensors of element types that graphs have, and those of F16 and BF16, which become f32 when they are read: every one of their numbers is
  /// exact in it.
  public var tensors: [(name: String, tensor: HostTensor)]
  /// Tensors of other element types.
  package var foreign: [ForeignTensor] = []
  /// Of the tensors that became f32 when they were read, the element type in the file by the tensor's name.
  package internal(set) var halves: [String: String] = [:]

  /// A file of these tensors and entries of its header's `__metadata__`, each in this order.
  public init(metadata: [(key: String, value: String)], tensors: [(name: String, tensor: HostTensor)]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// The tensor of a name; nil where there is none.
  public subscript(name: String) -> HostTensor? { tensors.first { $0.name == name }?.tensor }
  /// The metadata of a key; nil where there is none.
  public func metadata(_ key: String) -> String? { metadata.first { $0.key == key }?.value }

  /// The format's own limit.
  private static let largestHeader = 100_000_000

  /// The bytes of the file. The header lists the tensors in order; the data of wide elements stand before those of narrow ones, so that each
  /// begins at a multiple of its width, as PyTorch needs it.
  public func encoded() -> [UInt8] {
    let codes = tensors.map { SafetensorsType.code($0.tensor.dtype) } + foreign.map(\.code)
    let names = tensors.map(\.name) + foreign.map(\.name)
    let shapes = tensors.map(\.tensor.shape) + foreign.map(\.shape)
    let widths = codes.map { SafetensorsType.bitCount($0) ?? 0 }
    var header = "{\"__metadata__\":{"
    header += metadata.map { "\(JSONWriter.quoted($0.key)):\(JSONWriter.quoted($0.value))" }.joined(separator: ",") + "}"
    var data: [UInt8] = []
    var ranges = codes.map { _ in 0..<0 }
    for position in codes.indices.sorted(by: { (-widths[$0], $0) < (-widths[$1], $1) }) {
      let start = data.count
      if position < tensors.count {
        tensors[position].tensor.withUnsafeBytes { data.append(contentsOf: $0) }
      } else {
        data.append(contentsOf: foreign[position - tensors.count].bytes)
      }
      ranges[position] = start..<data.count
    }
    for position in codes.indices {
      let shape = shapes[position].extents.map(String.init).joined(separator: ",")
      header += ",\(JSONWriter.quoted(names[position])):{\"dtype\":\"\(codes[position])\",\"shape\":[\(shape)],"
      header += "\"data_offsets\":[\(ranges[position].lowerBound),\(ranges[position].upperBound)]}"
    }
    header += "}"
    // The tensors begin on a multiple of eight.
    while header.utf8.count % 8 != 0 { header += " " }
    let length = UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + Array(header.utf8) + data
  }

  /// Reads a file and checks every rule of the format. Throws M1103 and M1104, which name the rule, and M101
  /// to M103 where the system does not give the file.
  public static func read(_ path: String) throws -> Safetensors { try decode(try FileBytes.read(path), file: path) }

  package static func decode(_ bytes: [UInt8], file: String) throws -> Safetensors {
    func damaged(_ reason: String) -> MartletError {
      MartletError(
        CheckpointErrorCode.damagedFile, "\(file) is not a whole safetensors file: \(reason)")
    }
    if let other = OtherWeights(bytes) { throw other.error(file) }
    guard bytes.count >= 8 else { throw damaged("it has \(bytes.count) bytes, eight hold the header's length") }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
    guard length <= largestHeader, Int(length) <= bytes.count - 8 else {
      throw damaged("a header of \(length) bytes does not fit into the file's \(bytes.count)")
    }
    let headerBytes = Array(bytes[8..<8 + Int(length)])
    guard headerBytes.first == UInt8(ascii: "{") else { throw damaged("the header does not begin with '{'") }
    guard case .object(let members) = try JSONReader.parse(headerBytes, file: file) else { throw damaged("the header is no object") }
    let data = bytes[(8 + Int(length))...]
    var result = Safetensors(metadata: [], tensors: [])
    var ranges: [(name: String, range: Range<Int>)] = []
    for member in members {
      if member.key == "__metadata__" {
        guard case .object(let entries) = member.value else { throw damaged("__metadata__ is no object") }
        result.metadata = try entries.map { entry in
          guard case .string(let text) = entry.value else { throw damaged("the metadata '\(entry.key)' is no string") }
          return (entry.key, text)
        }
        continue
      }
      let (code, shape, range) = try entry(member.value, member.key, damaged)
      ranges.append((member.key, range))
      guard range.upperBound <= data.count else {
        throw damaged("tensor '\(member.key)' ends at byte \(range.upperBound), there are \(data.count)")
      }
      let start = data.startIndex + range.lowerBound
      try data[start..<start + range.count].withUnsafeBytes { try result.add(member.key, code, shape, bytes: $0) }
    }
    // Every byte belongs to exactly one tensor.
    var end = 0
    for (name, range) in ranges.sorted(by: { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }) {
      guard range.lowerBound == end else {
        throw damaged(range.lowerBound < end ? "tensor '\(name)' overlaps another one" : "no tensor owns the bytes before '\(name)'")
      }
      end = range.upperBound
    }
    guard end == data.count else { throw damaged("\(data.count - end) bytes at the end belong to no tensor") }
    return result
  }

  private mutating func add(_ name: String, _ code: String, _ shape: Shape, bytes: UnsafeRawBufferPointer) throws {
    if let dtype = DType.allCases.first(where: { SafetensorsType.code($0) == code }) {
      tensors.append((name, try HostTensor(TensorType(dtype, shape), bytes: bytes)))
    } else if let half = HalfPrecision(rawValue: code) {
      tensors.append((name, try half.tensor(shape, bytes: bytes)))
      halves[name] = code
    } else {
      foreign.append(ForeignTensor(name, code, shape, bytes: [UInt8](bytes)))
    }
  }

  private static func entry(
    _ value: JSONValue, _ name: String, _ damaged: (String) -> MartletError
  ) throws -> (code: String, shape: Shape, range: Range<Int>) {
    guard case .object(let fields) = value, Set(fields.map(\.key)) == ["dtype", "shape", "data_offsets"] else {
      throw damaged("tensor '\(name)' must have exactly dtype, shape and data_offsets")
    }
    guard case .string(let code)? = value["dtype"] else { throw damaged("the dtype of '\(name)' is no string") }
    guard SafetensorsType.bitCount(code) != nil else {
      var error = damaged("tensor '\(name)' is of type \(code), known are \(SafetensorsType.codes.joined(separator: ", "))")
      error.advice = "Save it as one of these: tensor.float() in PyTorch."
      throw error
    }
    func integers(_ key: String) throws -> [Int] {
      guard case .list(let items)? = value[key] else { throw damaged("\(key) of '\(name)' is no list") }
      return try items.map { item in
        guard case .number(let text) = item, let number = Int(text), number >= 0 else {
          throw damaged("\(key) of '\(name)' must be numbers that are not negative")
        }
        return number
      }
    }
    let extents = try integers("shape")
    let offsets = try integers("data_offsets")
    guard offsets.count == 2, offsets[0] <= offsets[1] else { throw damaged("data_offsets of '\(name)' must be a begin and an end") }
    guard let count = Shape.checkedElementCount(extents), SafetensorsType.byteCount(code, elements: count) == offsets[1] - offsets[0] else {
      throw damaged("tensor '\(name)': \(code)\(extents) does not take the \(offsets[1] - offsets[0]) bytes of its data_offsets")
    }
    return (code, Shape(extents), offsets[0]..<offsets[1])
  }
}
