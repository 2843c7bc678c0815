import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// A small generated set of ten kinds of pictures, for tests only: each class is a bar at its own place, with noise.
enum GeneratedDigits {
  static func images(_ count: Int, seed: UInt64) -> (pixels: [UInt8], labels: [UInt8]) {
    var generator = PyTorchGenerator(seed: seed)
    var (pixels, labels) = ([UInt8](), [UInt8]())
    for _ in 0..<count {
      let label = generator.below(10)
      labels.append(UInt8(label))
      var image = (0..<784).map { _ in UInt8(generator.below(40)) }
      let shift = generator.below(3)
      for along in 4..<24 {
        for across in 0..<3 {
          let place = 2 + 5 * (label % 5) + across + shift / 2
          let position = label < 5 ? along * 28 + place : place * 28 + along
          image[position] = UInt8(200 + generator.below(56))
        }
      }
      pixels += image
    }
    return (pixels, labels)
  }

  static func idx(_ extents: [Int], _ bytes: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(extents.count)] + extents.flatMap { extent in (0..<4).map { UInt8(truncatingIfNeeded: extent >> (24 - 8 * $0)) } }
      + bytes
  }

  /// Writes the four files of a data set into a folder.
  static func write(to folder: String, training: Int = 640, test: Int = 160) throws {
    for (part, count, seed) in [("train", training, 1), ("t10k", test, 2)] as [(String, Int, UInt64)] {
      let (pixels, labels) = images(count, seed: seed)
      try FileBytes.write(idx([count, 28, 28], pixels), to: "\(folder)/\(part)-images-idx3-ubyte")
      try FileBytes.write(idx([count], labels), to: "\(folder)/\(part)-labels-idx1-ubyte")
    }
  }
}

extension DataSet {
  /// A copy of the data of a folder, in a fresh folder below it, with some of its files changed; its path.
  static func copy(of folder: String, _ names: String..., change: (inout [UInt8]) -> Void) throws -> String {
    let copy = "\(folder)/\(UUID().uuidString)"
    try FileBytes.makeFolder(copy)
    for stem in stems {
      var bytes = try FileBytes.read("\(folder)/\(stem)")
      if names.contains(stem) { change(&bytes) }
      try FileBytes.write(bytes, to: "\(copy)/\(stem)")
    }
    return copy
  }

  /// A copy that lacks a file.
  static func copy(of folder: String, without stem: String) throws -> String {
    let copy = try copy(of: folder) { _ in }
    try FileManager.default.removeItem(atPath: "\(copy)/\(stem)")
    return copy
  }
}

@Suite struct DataSetFiles {
  private func refuses(_ bytes: [UInt8], axes: Int = 3, _ message: String) throws {
    let error = try #require(throws: MartletError.self) { try IDX.decode(bytes, axes: axes, file: "images") }
    #expect(error.exitCode == 3 && error.description.contains(message), "\(error)")
  }

  /// Six files of records: images and labels come apart, a model of 32 x 32 trains on them, damaged files are named.
  @Test func cifarIsRead() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cifar-\(UUID().uuidString)").path
    try FileBytes.makeFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var generator = PyTorchGenerator(seed: 3)
    func records(_ count: Int) -> [UInt8] {
      (0..<count).flatMap { number in [UInt8(number % 10)] + (0..<3072).map { _ in UInt8(generator.below(256)) } }
    }
    let batches = CIFAR10.trainingFiles.map { _ in records(7) }
    for (name, bytes) in zip(CIFAR10.trainingFiles, batches) { try FileBytes.write(bytes, to: "\(folder)/\(name)") }
    #expect(!DataSet.isComplete(folder))
    try FileBytes.write(records(4), to: "\(folder)/\(CIFAR10.testFile)")
    let set = try DataSet.load(folder: folder)
    #expect(set.name == "CIFAR-10" && set.train.count == 35 && set.test.count == 4 && set.samples.input.shape == [3, 32, 32])
    #expect(try DataSet.labels(set.train, [8]) == [1])
    #expect(try set.train.tensor(0, of: [8]).numbers[5] == Double(batches[1][3073 + 1 + 5]))
    let session = try TrainingSession(ResNet8(), name: "resnet8", device: CompilingDevice(try CPUBackend()))
    var options = Trainer.Options()
    (options.epochs, options.batch) = (1, 16)
    var tests = 0
    let settings = Checkpoint.Settings(model: "resnet8", optimizer: "adam", batch: 16, seed: 0, shuffles: false)
    try Trainer(session, set, options, settings: settings, isInterrupted: { false }) { event in
      if case .test = event { tests += 1 }
    }.run()
    #expect(tests == 1)
    func refuses(_ bytes: [UInt8], _ message: String) throws {
      try FileBytes.write(bytes, to: "\(folder)/data_batch_3.bin")
      let error = try #require(throws: MartletError.self) { try DataSet.load(folder: folder) }
      #expect(error.exitCode == 3 && error.description.contains("data_batch_3.bin") && error.description.contains(message), "\(error)")
    }
    try refuses(Array(batches[2].dropLast()), "has 21510 bytes")
    try refuses([], "has 0 bytes")
    try refuses([10] + batches[2].dropFirst(), "label 0 is 10")
  }

  @Test func idxIsChecked() throws {
    let good = GeneratedDigits.idx([2, 3, 4], [UInt8](repeating: 7, count: 24))
    #expect(try IDX.decode(good, axes: 3, file: "images").shape == [2, 3, 4])
    try refuses(Array(good.dropLast()), "only 23 follow")
    try refuses(good + [1], "1 bytes are left over")
    try refuses([], "header alone has 16")
    try refuses([0, 0, 8, 1] + good.dropFirst(4), "magic number is 0x00000801")
    try refuses([0, 0, 9, 3] + good.dropFirst(4), "magic number")
    try refuses(GeneratedDigits.idx([1 << 31, 1 << 31, 1 << 31], []), "too large")
  }

  @Test func gzipIsChecked() throws {
    let folder = try Repository.TemporaryFolder()
    let path = folder.path + "/a"
    let original = GeneratedDigits.idx([10, 28, 28], GeneratedDigits.images(10, seed: 1).pixels)
    try FileBytes.write(original, to: path)
    #expect(try runProgram("/bin/gzip", ["-k", path]).code == 0)
    let compressed = try FileBytes.read(path + ".gz")
    #expect(try Gzip.decompress(compressed, file: "a.gz", limit: 1 << 20) == original)
    #expect(try IDX.read(path + ".gz", axes: 3).count == 7840)
    for damaged in [Array(compressed.prefix(compressed.count / 2)), Array(compressed.dropLast(3)), compressed + [1, 2, 3]] {
      #expect(throws: MartletError.self) { try Gzip.decompress(damaged, file: "a.gz", limit: 1 << 20) }
    }
    var flipped = compressed
    flipped[flipped.count / 2] ^= 0x55
    #expect(throws: MartletError.self) { try Gzip.decompress(flipped, file: "a.gz", limit: 1 << 20) }
    #expect(throws: MartletError.self) { try Gzip.decompress(compressed, file: "a.gz", limit: 100) }
  }

  @Test func foldersAreChecked() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path, training: 20, test: 10)
    let set = try DataSet.load(folder: folder.path)
    #expect(set.train.count == 20 && set.test.count == 10 && set.samples.input.shape == [1, 28, 28])
    func refuses(_ file: String, _ bytes: [UInt8], _ message: String) throws {
      let path = "\(folder.path)/\(file)"
      let before = try FileBytes.read(path)
      defer { try? FileBytes.write(before, to: path) }
      try FileBytes.write(bytes, to: path)
      let error = try #require(throws: MartletError.self) { try DataSet.load(folder: folder.path) }
      #expect(error.exitCode == 3 && error.description.contains(message), "\(error)")
    }
    try refuses("t10k-labels-idx1-ubyte", GeneratedDigits.idx([9], [UInt8](repeating: 1, count: 9)), "10 images")
    try refuses("train-images-idx3-ubyte", GeneratedDigits.idx([0, 28, 28], []), "0 images")
    try FileManager.default.removeItem(atPath: "\(folder.path)/train-images-idx3-ubyte")
    #expect(throws: MartletError.self) { try DataSet.load(folder: folder.path) }
  }

  @Test func shufflesArePermutationsThatRepeat() throws {
    let order = try SampleOrder.shuffled(100, seed: 3, epoch: 2)
    #expect(order.sorted() == Array(0..<100))
    #expect(try order == SampleOrder.shuffled(100, seed: 3, epoch: 2))
    #expect(try order != SampleOrder.shuffled(100, seed: 3, epoch: 3))
    #expect(try order != SampleOrder.shuffled(100, seed: 4, epoch: 2))
  }
}

@Suite struct SafetensorFiles {
  private func file() -> Safetensors {
    Safetensors(
      metadata: [("epoch", "3"), ("note", "quotes \" and \\ and \n")],
      tensors: [
        ("a", fill(TensorType(.f32, [2, 3]), .uniform(-1, 1), seed: 1)), ("b.c", fill(TensorType(.i32, []), .integers(0, 9), seed: 2)),
        ("empty", HostTensor([0], [Float]())), ("d", fill(TensorType(.u8, [5]), .integers(0, 9), seed: 3)),
        ("e", fill(TensorType(.bool, [3]), .integers(0, 2), seed: 4)), ("f", fill(TensorType(.f64, [1, 1]), .uniform(0, 1), seed: 5)),
      ])
  }

  @Test func roundTrip() throws {
    let file = file()
    let read = try Safetensors.decode(file.encoded(), file: "x")
    #expect(read.tensors.map(\.name) == file.tensors.map(\.name))
    #expect(read.tensors.map(\.tensor) == file.tensors.map(\.tensor))
    #expect(read.metadata.map(\.value) == file.metadata.map(\.value))
  }

  private func bytes(_ header: String, _ data: Int) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) } + Array(header.utf8) + [UInt8](repeating: 0, count: data)
  }

  static let damages: [(header: String, data: Int, message: String)] = [
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7, "ends at byte 8"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 9, "belong to no tensor"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "does not take"),
    ("{\"a\":{\"dtype\":\"F17\",\"shape\":[4],\"data_offsets\":[0,8]}}", 8, "is of type F17"),
    ("{\"a\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "does not take"),
    ("{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,1]}}", 1, "does not take"),
    ("{\"a\":{\"dtype\":\"I64\",\"shape\":[1099511627776],\"data_offsets\":[0,8]}}", 8, "does not take"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "not negative"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "begin and an end"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8, "begin and an end"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[9999999999999,9999999999999],\"data_offsets\":[0,8]}}", 8, "does not take"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"extra\":1}}", 8, "exactly"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "exactly"),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8,
      "stands twice"
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8,
      "overlaps"
    ),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "no tensor owns"),
    ("{\"__metadata__\":{\"a\":1}}", 0, "is no string"), ("{\"__metadata__\":[]}", 0, "is no object"), ("[]", 0, "does not begin with '{'"),
    (" {}", 0, "does not begin with '{'"), ("{", 0, "malformed JSON"), ("{}x", 0, "malformed JSON"), ("{\"a\":01}", 0, "malformed JSON"),
    ("{\"a\":\"\\q\"}", 0, "unknown escape"), ("{\"a\":\"\\ud800\"}", 0, "surrogate"),
    ("{\"a\":" + String(repeating: "[", count: 100) + "}", 0, "nested too deeply"),
  ]

  @Test(arguments: damages) func rulesAreChecked(_ damage: (header: String, data: Int, message: String)) throws {
    let error = try #require(throws: MartletError.self) { try Safetensors.decode(bytes(damage.header, damage.data), file: "x") }
    #expect(error.exitCode == 3 && error.description.contains(damage.message), "\(error)")
  }

  /// Any damage is an error, never a trap.
  @Test func mutationsNeverTrap() {
    let good = file().encoded()
    var generator = PyTorchGenerator(seed: 8)
    var refused = 0
    for _ in 0..<3000 {
      var bytes = good
      for _ in 0...generator.below(3) {
        switch generator.below(3) {
        case 0: bytes[generator.below(bytes.count)] = UInt8(generator.below(256))
        case 1: bytes.removeLast(1 + generator.below(min(20, bytes.count - 1)))
        default: bytes.insert(UInt8(generator.below(256)), at: generator.below(bytes.count))
        }
      }
      do { _ = try Safetensors.decode(bytes, file: "x") } catch { refused += 1 }
    }
    #expect(refused > 1000)
  }
}
