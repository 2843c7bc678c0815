import Foundation
import MartletCore
import TestSupport
import Testing

@testable import MartletTraining

/// What a path is, found out by what lies there.
@Suite struct DataPaths {
  private let folder: Repository.TemporaryFolder
  init() throws { folder = try Repository.TemporaryFolder() }

  private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  private func write(_ bytes: [UInt8], _ name: String) throws {
    if let slash = name.lastIndex(of: "/") { try FileBytes.makeFolder(path(String(name[..<slash]))) }
    try FileBytes.write(bytes, to: path(name))
  }

  private func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

  private func idx(_ extents: [Int], _ bytes: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(extents.count)] + extents.flatMap { extent in (0..<4).map { UInt8(truncatingIfNeeded: extent >> (24 - 8 * $0)) } }
      + bytes
  }

  /// Ten and five images of 2 x 3 whose first byte tells the file.
  private func images(_ mark: UInt8 = 0, labels: [UInt8] = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0], test: [UInt8] = [2, 1, 0, 2, 1]) -> [(
    stem: String, bytes: [UInt8]
  )] {
    [
      ("train-images-idx3-ubyte", idx([10, 2, 3], (0..<60).map { UInt8($0) &+ mark })), ("train-labels-idx1-ubyte", idx([10], labels)),
      ("t10k-images-idx3-ubyte", idx([5, 2, 3], (0..<30).map { UInt8($0 * 2) &+ mark })), ("t10k-labels-idx1-ubyte", idx([5], test)),
    ]
  }

  /// Published, torchvision's and Kaggle's names, plain and gzipped.
  @Test func namesOfMNISTFiles() throws {
    var places: [(String, String)] = []
    for below in ["", "raw/", "MNIST/raw/", "FashionMNIST/raw/", "KMNIST/raw/"] {
      for ending in ["", ".gz"] { places.append(("\(below)STEM\(ending)", ending)) }
    }
    places += [("POINTED", ""), ("POINTED.gz", ".gz"), ("STEM/STEM", ""), ("POINTED/POINTED", "")]
    for (number, (pattern, ending)) in places.enumerated() {
      for (stem, bytes) in images(UInt8(number)) {
        let pointed = stem.replacingOccurrences(of: "-idx", with: ".idx")
        let name = "\(number)/" + pattern.replacingOccurrences(of: "STEM", with: stem).replacingOccurrences(of: "POINTED", with: pointed)
        try write(ending.isEmpty ? bytes : try Gzip.compress(bytes), name)
      }
      let data = try DataFiles.read(path("\(number)"))
      #expect(try data.train.tensor(0, of: [0]) == HostTensor([1, 1, 2, 3], (0..<6).map { UInt8($0) + UInt8(number) }), "\(pattern)")
      #expect(data.train.count == 10 && data.test.count == 5)
      #expect(data.kind == "IDX: 10 images of 2 x 3, 3 classes; 5 to test with")
      #expect(DataSet.isComplete(path("\(number)")))
      #expect(try DataSet.load(folder: path("\(number)")).train.count == 10)
    }
    // All files come from one folder: the first one that has all four.
    for (stem, bytes) in images(100) where stem.hasPrefix("train") { try write(bytes, "mixed/raw/\(stem)") }
    for (stem, bytes) in images(200) { try write(bytes, "mixed/MNIST/raw/\(stem)") }
    #expect(try DataFiles.read(path("mixed")).train.tensor(0, of: [0]).numbers.first == 200)
  }

  @Test func anyNumberOfClasses() throws {
    for (stem, bytes) in images(labels: [0, 1, 255, 0, 1, 2, 0, 1, 2, 0]) { try write(bytes, "many/\(stem)") }
    let data = try DataFiles.read(path("many"))
    #expect(data.classes?.count == 256 && data.classes?.last == "255" && data.train.elements == data.test.elements)
    // The largest label stands in the test part.
    for (stem, bytes) in images(labels: [UInt8](repeating: 0, count: 10), test: [0, 0, 0, 0, 6]) { try write(bytes, "tested/\(stem)") }
    #expect(try DataFiles.read(path("tested")).classes?.count == 7)
    for (stem, bytes) in images(labels: [UInt8](repeating: 0, count: 10), test: [0, 0, 0, 0, 0]) { try write(bytes, "one/\(stem)") }
    expectError(DataErrorCode.noClasses, "all labels are 0") { try DataFiles.read(path("one")) }
    // Without files to test with.
    for (stem, bytes) in images() where stem.hasPrefix("train") { try write(bytes, "halved/\(stem)") }
    let halved = try DataFiles.read(path("halved"))
    #expect(halved.train.count == 9 && halved.test.count == 1)
    #expect(halved.kind == "IDX: 10 images of 2 x 3, 3 classes; no test part: 1 of 10 samples, drawn with seed 0, are for testing")
    for (stem, bytes) in images() { try write(stem == "t10k-labels-idx1-ubyte" ? idx([4], [0, 1, 2, 0]) : bytes, "short/\(stem)") }
    expectError(DataErrorCode.countsDiffer, "5 images", "4 labels") { try DataFiles.read(path("short")) }
    for (stem, bytes) in images() {
      try write(stem == "t10k-images-idx3-ubyte" ? idx([5, 3, 2], [UInt8](repeating: 1, count: 30)) : bytes, "turned/\(stem)")
    }
    expectError(DataErrorCode.setsDiffer, "u8[1, 2, 3]", "u8[1, 3, 2]") { try DataFiles.read(path("turned")) }
  }

  /// A tenth, the same one every time, nothing in both parts.
  @Test func partsThatAreSplit() throws {
    let data = try TensorData(["n": HostTensor([20], (0..<20).map { Int32($0) })])
    func numbers(_ source: any DataSource) throws -> [Int32] { try source.tensor(0, of: Array(0..<source.count)).elements() ?? [] }
    let split = try LoadedData(kind: "k", all: data)
    let order = try data.shuffled(seed: 0).samples.map { Int32($0) }
    #expect(try numbers(split.train) == Array(order[..<18]) && numbers(split.test) == Array(order[18...]))
    let ordered = try LoadedData(kind: "k", all: data, isOrdered: true)
    #expect(try numbers(ordered.test) == [18, 19] && ordered.kind == "k; no test part: the last 2 of 20 samples are for testing")
    for (count, test) in [(2, 1), (4, 1), (5, 1), (14, 1), (15, 2), (16, 2)] {
      let part = try LoadedData(kind: "k", all: data.subset(Array(0..<count)))
      #expect(part.test.count == test && part.train.count == count - test, "\(count)")
    }
    for count in [0, 1] {
      expectError(DataErrorCode.tooFewSamples, "\(count) sample") { try LoadedData(kind: "k", all: data.subset(Array(0..<count))) }
    }
    let other = try TensorData(["n": HostTensor([2], [Float(1), 2])])
    expectError(DataErrorCode.setsDiffer, "'n' i32[]", "'n' f32[]") { try LoadedData(kind: "k", train: data, test: other) }
    expectError(DataErrorCode.setsDiffer) { try LoadedData(kind: "k", train: data, test: data, validation: other) }
  }

  @Test func colourImages() throws {
    let records = (0..<4).flatMap { number in [UInt8(number)] + [UInt8](repeating: UInt8(number + 10), count: 3072) }
    for below in ["cifar", "packed/cifar-10-batches-bin"] {
      for name in CIFAR10.trainingFiles + [CIFAR10.testFile] { try write(records, "\(below)/\(name)") }
      let data = try DataFiles.read(path(String(below.prefix { $0 != "/" })))
      #expect(data.kind.hasPrefix("CIFAR-10: 20 images") && data.train.count == 20 && data.test.count == 4)
      #expect(data.classes?[3] == "cat" && data.train.elements[0] == DataElement("image", .u8, [3, 32, 32]))
      #expect(try data.train.tensor(1, of: [6]).numbers == [2])
    }
  }

  @Test func archives() throws {
    let data = try DataFiles.read(DataFixture.path("sets.npz"))
    #expect(data.kind == "npz: 'x_train' u8[1, 4, 4] and 'y_train' of 9 samples, 3 classes, grey images; 3 to test with")
    #expect(data.train.elements == [DataElement("image", .u8, [1, 4, 4]), DataElement("label", .i32, [], classes: ["0", "1", "2"])])
    #expect(try data.test.tensor(0, of: [0]).numbers == (0..<16).map { Double((144 + $0) * 13 % 256) })
    #expect(data.validation == nil)
    let colours = try DataFiles.read(DataFixture.path("colours.npz"))
    #expect(colours.train.count == 4 && colours.test.count == 2 && colours.validation?.count == 2 && colours.classes?.count == 5)
    #expect(try colours.train.tensor(0, of: [0, 1, 2, 3]) == NumPyArchive(DataFixture.path("colours.npz")).tensor("wanted_first"))
    #expect(try colours.train.tensor(1, of: [0, 1, 2, 3]) == HostTensor([4], [Int32(0), 4, 1, 0]))
    // Chosen by name, without a test part.
    let chosen = try DataFiles.read(DataFixture.path("colours.npz"), DataOptions(input: "test_images", label: "val_labels"))
    #expect(chosen.kind.contains("'test_images'") && chosen.kind.contains("no test part"))
    expectError(DataErrorCode.unknownArrays, "only one of") {
      try DataFiles.read(DataFixture.path("sets.npz"), DataOptions(input: "x_train"))
    }
    expectError(DataErrorCode.unknownArrays, "no array 'q'", "'x_train'") {
      try DataFiles.read(DataFixture.path("sets.npz"), DataOptions(input: "q", label: "r"))
    }
    expectError(DataErrorCode.unknownArrays, "the arrays 'a', 'b'", "x and y, images and labels") {
      try DataFiles.read(DataFixture.path("zip64.npz"))
    }
    // The contents tell, not the name.
    try write(try FileBytes.read(DataFixture.path("sets.npz")), "named.csv")
    #expect(try DataFiles.read(path("named.csv")).kind.hasPrefix("npz"))
  }

  @Test func arraysInFiles() throws {
    func array(_ name: String, _ tensor: HostTensor) throws { try write(try Npy.encode(tensor), name) }
    let x = HostTensor([6, 2], (0..<12).map { Double($0) / 8 })
    try array("r/x.npy", x)
    try array("r/y.npy", HostTensor([6], (0..<6).map { Float($0) / 2 }))
    for place in ["r", "r/x.npy", "r/y.npy"] {
      let data = try DataFiles.read(path(place))
      #expect(data.train.elements == [DataElement("input", .f32, [2]), DataElement("target", .f32, [1])])
      #expect(
        data.kind
          == "npy: 'x' f32[2] and 'y' of 6 samples, targets are numbers, read as f32; no test part: 1 of 6 samples, drawn with seed 0, are for testing"
      )
    }
    try array("c/train_images.npy", HostTensor([4, 1, 2, 2], [UInt8](0..<16)))
    try array("c/train_labels.npy", HostTensor([4], [true, false, true, true]))
    #expect(try DataFiles.read(path("c")).classes == ["0", "1"])
    for (name, label, words) in [
      ("negative", HostTensor([6], [Int32(0), -1, 1, 0, 1, 0]), "label 1 is -1"),
      ("one", HostTensor([6], [Int32](repeating: 3, count: 6)), "one value only, 3"),
      ("hot", HostTensor([6, 2], [UInt8](repeating: 0, count: 12)), "argmax"),
      ("mask", HostTensor([6, 2, 1], [UInt8](repeating: 0, count: 12)), "mask.astype(bool)"),
      ("huge", HostTensor([6], [Int32](repeating: .max, count: 6)), "label 0 is 2147483647"),
    ] as [(String, HostTensor, String)] {
      try array("\(name)/x.npy", x)
      try array("\(name)/y.npy", label)
      expectError(DataErrorCode.noClasses, words) { try DataFiles.read(path(name)) }
    }
    try array("short/x.npy", x)
    try array("short/y.npy", HostTensor([5], [Int32(0), 1, 0, 1, 0]))
    expectError(DataErrorCode.elementsDiffer, "samples, '") { try DataFiles.read(path("short")) }
    try array("number/x.npy", HostTensor([], [Float(1)]))
    try array("number/y.npy", HostTensor([1], [Int32(0)]))
    expectError(DataErrorCode.elementsDiffer, "one number") { try DataFiles.read(path("number")) }
    try array("alone/x.npy", x)
    expectError(DataErrorCode.unknownArrays, "the arrays 'x'") { try DataFiles.read(path("alone/x.npy")) }
    expectError(DataErrorCode.unknownFormat, "a folder of x.npy") { try DataFiles.read(path("alone")) }
    expectError(DataErrorCode.unknownArrays, "no array 'z'") { try DataFiles.read(path("r/x.npy"), DataOptions(input: "x", label: "z")) }
  }

  @Test func tables() throws {
    let rows = (0..<12).map { "\($0),\(2 * $0),\($0 % 2 == 0 ? "even" : "odd")\n" }.joined()
    try write("n,m,kind\n" + rows, "t.csv")
    let data = try DataFiles.read(path("t.csv"))
    #expect(
      data.kind == "CSV: 12 rows, 2 features, 2 classes in column 'kind'; no test part: 1 of 12 samples, drawn with seed 0, are for testing"
    )
    #expect(data.classes == ["even", "odd"])
    try write("n\tkind\n1\ta\n2\tb\n", "T.TSV")
    #expect(try DataFiles.read(path("T.TSV")).classes == ["a", "b"])
    // Numbers with a fraction are predicted; others where one says so.
    try write("n,y\n1,0.5\n2,1\n3,2\n", "r.csv")
    #expect(try DataFiles.read(path("r.csv")).train.elements[1] == DataElement("target", .f32, [1]))
    #expect(try DataFiles.read(path("t.csv"), DataOptions(targets: ["m"], ignoring: ["kind"])).train.elements[1].name == "target")
    expectError(DataErrorCode.noClasses, "targets:") { try DataFiles.read(path("r.csv"), DataOptions(labelColumn: "y")) }
    // Two files: the training part decides the classes.
    try write("n,y\n1,c\n2,b\n3,a\n", "two/train.csv")
    try write("n,y\n1,b\n2,c\n", "two/test.csv")
    let two = try DataFiles.read(path("two"))
    #expect(two.train.count == 3 && two.kind.hasSuffix("; 2 to test with"))
    #expect(try two.test.tensor(1, of: [0, 1]) == HostTensor([2], [Int32(1), 2]))
    try write("n,y\n1,d\n", "two/test.csv")
    expectError(DataErrorCode.noClasses, "'d', which is none") { try DataFiles.read(path("two")) }
    try write("n\n1\n", "two/test.csv")
    #expect(try DataFiles.read(path("two")).kind.contains("test.csv has other columns and is not read; no test part"))
    try write("n,y\n1,0.5\n2,1.5\n", "two/train.csv")
    try write("n,y\n1,2\n", "two/test.csv")
    #expect(try DataFiles.read(path("two")).test.elements[1].name == "target")
  }

  @Test func textsAndOthers() throws {
    try write(String(repeating: "to be ", count: 40), "t.txt")
    let text = try DataFiles.read(path("t.txt"), DataOptions(window: 8, unit: .characters))
    #expect(text.kind == "text: 29 windows of 8 characters, 5 different ones; no test part: the last 3 of 29 samples are for testing")
    #expect(text.test.count == 3)
    expectError(FileErrorCode.inaccessible, "there is no file or folder") { try DataFiles.read(path("none")) }
    try FileBytes.makeFolder(path("empty"))
    expectError(DataErrorCode.emptyInput, "is an empty folder", "IDX:", "CIFAR-10:", "npz:", "npy:", "CSV:", "text:") {
      try DataFiles.read(path("empty"))
    }
    try write("hello", "some/thing.bin")
    expectError(DataErrorCode.unknownFormat, "a folder of thing.bin") { try DataFiles.read(path("some")) }
    expectError(DataErrorCode.unknownFormat, "a file that no format recognises") { try DataFiles.read(path("some/thing.bin")) }
    // A format that one names reads whatever there is.
    try write("n,y\n1,a\n2,b\n", "some/thing.bin")
    #expect(try DataFiles.read(path("some/thing.bin"), DataOptions(format: "csv")).train.count == 1)
    expectError(DataErrorCode.unknownFormat, "no format 'xls'", "CSV") { try DataFiles.read(path("t.txt"), DataOptions(format: "xls")) }
    for format in DataFiles.formats {
      #expect(throws: MartletError.self) { try DataFiles.read(path("empty"), DataOptions(format: format.name)) }
      #expect(!format.expectation.isEmpty)
    }
    // A pipe without a writer is nothing to wait for.
    #expect(mkfifo(path("pipe.csv"), 0o600) == 0)
    expectError(FileErrorCode.notAFile) { try DataFiles.read(path("pipe.csv")) }
  }

  /// Names that are no UTF-8 are not there for us.
  @Test func namesThatAreNoText() throws {
    try write("n,y\n1,a\n2,b\n", "odd/train.csv")
    let bytes = Array("\(path("odd"))/".utf8) + [0xff, 0xfe, 0x2e, 0x63, 0x73, 0x76, 0]
    let descriptor = open(bytes.map { CChar(bitPattern: $0) }, O_CREAT | O_WRONLY, 0o600)
    try #require(descriptor >= 0)
    close(descriptor)
    #expect(FolderNames.list(path("odd")) == ["train.csv"])
    #expect(try DataFiles.read(path("odd")).train.count == 1)
    // As a command's argument becomes a String.
    let repaired = String(decoding: bytes.dropLast(), as: UTF8.self)
    expectError(FileErrorCode.inaccessible) { try DataFiles.read(repaired) }
  }

  @Test func membersOfGzip() throws {
    let wanted = Array(("first " + String(repeating: "second ", count: 50)).utf8)
    let bytes = try FileBytes.read(DataFixture.path("members.gz"))
    #expect(try Gzip.decompress(bytes, file: "m.gz", limit: 1 << 20) == wanted)
    #expect(try Gzip.decompress(Gzip.compress([1, 2]) + Gzip.compress([3]), file: "m.gz", limit: 3) == [1, 2, 3])
    for (words, damaged) in [
      ("1 bytes follow its end", bytes.dropLast(7) + [7]), ("ends in the middle", bytes.dropLast(7 + 4)),
      ("ends in the middle", bytes.dropLast(7) + [0x1f, 0x8b]),
      ("follow its end", bytes + [1]),
    ] as [(String, [UInt8])] {
      expectError(DataErrorCode.malformedGzip, words) { try Gzip.decompress(damaged, file: "m.gz", limit: 1 << 20) }
    }
    expectError(DataErrorCode.malformedGzip, "more than the 100 bytes") { try Gzip.decompress(bytes, file: "m.gz", limit: 100) }
  }
}
