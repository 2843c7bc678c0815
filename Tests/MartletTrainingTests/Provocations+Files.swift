import MartletCore
import TestSupport

@testable import MartletCompiler
@testable import MartletGraph
@testable import MartletLayers
@testable import MartletTraining
@testable import MartletTransforms

extension Provocations {
  /// Files that cannot be read, or hold something else: arrays, data sets, tables, weights. Written to a folder that tests may fill.
  func files(of folder: String) -> [Titled] { arrays + imageSets + namedArrays + tables + weights + words + commands }

  /// The bytes of a `.npy` file with some header.
  private func npy(_ header: String, version: UInt8 = 1, _ data: [UInt8] = [0, 0, 128, 63]) -> [UInt8] {
    let length = UInt16(header.utf8.count)
    let prefix = [0x93] + Array("NUMPY".utf8) + [version, 0, UInt8(length & 255), UInt8(length >> 8)]
    return prefix + Array(header.utf8) + data
  }

  private var arrays: [Titled] {
    func read(_ bytes: [UInt8]) -> () throws -> Void { { _ = try Npy.decode(bytes, file: "x.npy") } }
    let whole = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}"
    return [
      (105, "another kind of file", read(Array("PK and so on, a ZIP archive".utf8))),
      (105, "an empty file", read([])),
      (105, "a header that is cut off", read(Array(npy(whole).prefix(40)))),
      (105, "numbers that are cut off", read(npy(whole, [0, 0]))),
      (105, "more numbers than the shape has", read(npy(whole, [0, 0, 128, 63, 0]))),
      (105, "a version of the future", read(npy(whole, version: 9))),
      (105, "complex numbers", read(npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}"))),
      (105, "texts", read(npy("{'descr': '<U7', 'fortran_order': False, 'shape': (1,)}"))),
      (105, "Python's objects", read(npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"))),
      (105, "structures", read(npy("{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (1,)}"))),
      (105, "a header without a shape", read(npy("{'descr': '<f4', 'fortran_order': False}"))),
      (105, "a shape that is a number", read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1)}"))),
      (105, "a shape that is negative", read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"))),
      (105, "an order that is a number", read(npy("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}"))),
      (105, "an enormous shape", read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999)}"))),
      (103, "a file that is too large", { _ = try FileBytes.read(try file("large", [1, 2, 3]), limit: 2) }),
      (101, "no right to read", { _ = try FileBytes.read("/proc/1/mem") }),
      (101, "a folder that cannot be written to", { try FileBytes.write([1], to: "/proc/none/file") }),
      (101, "a file as a folder", { _ = try FileBytes.read(try file("plain", [1]) + "/x.npy") }),
      (104, "a graph that is a picture", { try martlet("opt", try file("picture.gir", [0xff, 0xd8, 0xff, 0xe0])) }),
      (102, "a graph that is a folder", { try martlet("opt", folder) }),
    ]
  }

  private var imageSets: [Titled] {
    func set(_ name: String, images: [UInt8], labels: [UInt8], count: Int? = nil) throws -> String {
      let path = "\(folder)/\(name)"
      try FileBytes.makeFolder(path)
      let count = UInt8(count ?? labels.count)
      try FileBytes.write([0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 2] + images, to: "\(path)/train-images-idx3-ubyte")
      try FileBytes.write([0, 0, 8, 1, 0, 0, 0, UInt8(labels.count)] + labels, to: "\(path)/train-labels-idx1-ubyte")
      return path
    }
    let pixels = [UInt8](repeating: 7, count: 16)
    return [
      (
        1001, "a gzip file that is cut off",
        {
          try martlet(
            "train", "--data", try DataSet.copy(of: folder, "train-images-idx3-ubyte") { $0 = (try? Gzip.compress($0).dropLast(9)) ?? [] })
        }
      ),
      (
        1002, "an HTML page in place of images",
        {
          try martlet(
            "train", "--data",
            try DataSet.copy(of: folder, "train-images-idx3-ubyte") { $0 = Array("<!DOCTYPE html><html>Not Found</html>".utf8) })
        }
      ),
      (1002, "labels in place of images", { _ = try IDX.decode([0, 0, 8, 1, 0, 0, 0, 1, 5], axes: 3, file: "train-images-idx3-ubyte") }),
      (
        1002, "images of floats",
        { _ = try IDX.decode([0, 0, 0x0d, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0], axes: 3, file: "train-images-idx3-ubyte") }
      ),
      (
        1002, "images that are cut off",
        { try martlet("train", "--data", try DataSet.copy(of: folder, "train-images-idx3-ubyte") { $0.removeLast(10) }) }
      ),
      (
        1002, "more bytes than images",
        { try martlet("train", "--data", try DataSet.copy(of: folder, "train-images-idx3-ubyte") { $0.append(0) }) }
      ),
      (1007, "labels of another part", { _ = try DataFiles.read(try set("counts", images: pixels, labels: [0, 1, 2], count: 4)) }),
      (1030, "labels of one class", { _ = try DataFiles.read(try set("zeros", images: pixels, labels: [0, 0, 0, 0])) }),
      (
        1010, "letters numbered from 1, for a model of images of another size",
        { try martlet("train", "mnist-cnn", "--data", try set("letters", images: pixels, labels: [1, 13, 25, 26])) }
      ),
      (1032, "one sample", { _ = try DataFiles.read(try set("one", images: Array(pixels.prefix(4)), labels: [1])) }),
      (1003, "a record that is cut off", { try cifar("cut", bytes: 3072) }),
      (1004, "a label of CIFAR-100", { try cifar("hundred", bytes: 3073, label: 99) }),
    ]
  }

  private func cifar(_ name: String, bytes: Int, label: UInt8 = 0) throws {
    let path = "\(folder)/cifar-\(name)"
    try FileBytes.makeFolder(path)
    for name in CIFAR10.trainingFiles + [CIFAR10.testFile] {
      try FileBytes.write([label] + [UInt8](repeating: 0, count: bytes - 1), to: "\(path)/\(name)")
    }
    try martlet("train", "resnet8", "--data", path)
  }

  private var namedArrays: [Titled] {
    func folder(_ name: String, _ arrays: [(String, HostTensor)]) throws -> String {
      let path = "\(self.folder)/\(name)"
      try FileBytes.makeFolder(path)
      for (name, tensor) in arrays { try Npy.write(tensor, to: "\(path)/\(name).npy") }
      return path
    }
    let x = HostTensor(repeating: 0.5, TensorType(.f32, [4, 3]))
    return [
      (
        1031, "arrays of other names",
        {
          _ = try DataFiles.read(
            try folder("names", [("samples", x), ("y", HostTensor([4], [Int32](0..<4)))]), DataOptions(input: "x", label: "y"))
        }
      ),
      (
        1023, "fewer labels than samples",
        { _ = try DataFiles.read(try folder("fewer", [("x", x), ("y", HostTensor([3], [Int32](0..<3)))])) }
      ),
      (
        1030, "labels that are one number", { _ = try DataFiles.read(try folder("scalar", [("x", x), ("y", HostTensor([], [Int32(1)]))])) }
      ),
      (
        1030, "labels that are one-hot",
        { _ = try DataFiles.read(try folder("hot", [("x", x), ("y", HostTensor([4, 2], [Int32](repeating: 1, count: 8)))])) }
      ),
      (
        1030, "labels that are negative",
        { _ = try DataFiles.read(try folder("negative", [("x", x), ("y", HostTensor([4], [Int32](-1..<3)))])) }
      ),
      (
        1030, "labels of one class in arrays",
        { _ = try DataFiles.read(try folder("same", [("x", x), ("y", HostTensor([4], [Int32](repeating: 0, count: 4)))])) }
      ),
      (
        1030, "a label without a name",
        { _ = try TensorData(["x": x, "y": HostTensor([4], [Int32](0..<4))], classes: ["y": ["cat", "dog"]]) }
      ),
      (
        1023, "classes of floats",
        { _ = try TensorData(["x": x, "y": HostTensor([4], [Float](repeating: 0, count: 4))], classes: ["y": ["cat", "dog"]]) }
      ),
      (1023, "no tensors", { _ = try TensorData([(String, HostTensor)]()) }),
      (1023, "a name twice", { _ = try TensorData([("x", x), ("x", x)]) }),
      (1023, "names of classes for nothing", { _ = try TensorData(["x": x], classes: ["y": ["cat", "dog"]]) }),
      (1031, "a format that does not exist", { _ = try DataFiles.read(self.folder, DataOptions(format: "cvs")) }),
      (1040, "a folder of nothing", { _ = try DataFiles.read(try folder("nothing", [])) }),
      (1022, "a column of a folder of images", { _ = try DataFiles.read(self.folder, DataOptions(labelColumn: "y")) }),
      (1022, "a part of one and a half", { _ = try TensorData(["x": x]).split(1.5) }),
      (1021, "a sample behind the last", { _ = try TensorData(["x": x]).tensor(0, of: [4]) }),
      (1021, "an element that is misspelt", { _ = try TensorData(["image": x])["imgae"] }),
    ]
  }

  private var tables: [Titled] {
    func table(_ name: String, _ text: String, _ options: DataOptions = DataOptions()) -> () throws -> Void {
      { _ = try DataFiles.read(try file("\(name).csv", text), options) }
    }
    return [
      (1040, "an empty table", table("empty", "")),
      (1026, "a table of a header", table("header", "a,b\n")),
      (1026, "two columns of one name", table("twice", "a,a,b\n1,2,0\n3,4,1\n")),
      (1026, "a quote that nothing closes", table("quote", "a,b\n\"1,2\n3,4\n")),
      (1026, "text behind a quote", table("behind", "a,b\n\"1\"x,2\n3,4\n")),
      (1024, "a spreadsheet", table("sheet", "PK\u{3}\u{4}\0\0\0")),
      (1026, "a row too long", table("long", "a,b\n1,2,3\n4,5\n")),
      (1028, "numbers with a comma", table("comma", "a;b\n1,5;0\n2,5;1\n")),
      (1028, "a number that is too large", table("huge", "a,b\n1e99,0\n2,1\n")),
      (1029, "a label column that is misspelt", table("label", "width,kind\n1,0\n2,1\n", DataOptions(labelColumn: "knid"))),
      (1029, "an ignored column that is misspelt", table("ignored", "width,kind\n1,0\n2,1\n", DataOptions(ignoring: ["wdth"]))),
      (1029, "all columns left out", table("all", "width,kind\n1,0\n2,1\n", DataOptions(ignoring: ["width"]))),
      (1029, "a column named twice", table("targets", "width,kind\n1,0\n2,1\n", DataOptions(targets: ["width", "width"]))),
      (1030, "classes with a fraction", table("fraction", "a,kind\n1,0.5\n2,1\n", DataOptions(labelColumn: "kind"))),
      (1030, "a name for each row", table("unique", "a,kind\n" + (0..<40).map { "1,name\($0)\n" }.joined())),
      (1032, "a table of one row", table("row", "a,kind\n1,0\n", DataOptions(targets: ["kind"]))),
      (
        104, "a table in Latin-1",
        { _ = try DataFiles.read(try file("latin.csv", Array("a,kind\n1,caf".utf8) + [0xe9] + Array("\n2,th".utf8) + [0xe9, 10])) }
      ),
      (1022, "classes and numbers to predict", table("both", "a,b,c\n1,2,3\n4,5,6\n", DataOptions(labelColumn: "a", targets: ["b"]))),
      (
        1022, "a sample of no tokens",
        { _ = try DataFiles.read(try file("window.txt", String(repeating: "to be ", count: 50)), DataOptions(window: 0)) }
      ),
    ]
  }

  private var weights: [Titled] {
    func decode(_ header: String, _ data: [UInt8] = []) -> () throws -> Void {
      {
        let length = UInt64(header.utf8.count)
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + Array(header.utf8) + data
        _ = try Safetensors.decode(bytes, file: "w.safetensors")
      }
    }
    func weights(_ name: String, _ change: (inout [(name: String, tensor: HostTensor)]) -> Void) throws -> String {
      var model = ModelStructure(MNISTCNN()).initialVariables(seed: 0).map { (name: $0.name, tensor: $0.tensor) }
      change(&model)
      return try file("\(name).safetensors", Safetensors(metadata: [], tensors: model.map { ($0.name, $0.tensor) }).encoded())
    }
    let layer = Linear(2, 3)
    return [
      (
        1104, "a pickle of PyTorch", { _ = try Safetensors.decode(Array("PK\u{3}\u{4} archive/data.pkl of torch.save".utf8), file: "w.pt") }
      ),
      (1104, "an old pickle of PyTorch", { _ = try Safetensors.decode([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9], file: "w.pt") }),
      (1104, "weights of Keras", { _ = try Safetensors.decode([0x89] + Array("HDF\r\n".utf8) + [0x1a, 10, 0], file: "w.h5") }),
      (1104, "an array of NumPy", { _ = try Safetensors.decode(npy("{}"), file: "w.npy") }),
      (1104, "weights of llama.cpp", { _ = try Safetensors.decode(Array("GGUF".utf8) + [3, 0, 0, 0], file: "w.gguf") }),
      (1104, "a file that is cut off", decode("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", [0, 0, 0, 0])),
      (1104, "a type of the future", decode("{\"w\":{\"dtype\":\"F3\",\"shape\":[2],\"data_offsets\":[0,8]}}", [0, 0, 0, 0, 0, 0, 0, 0])),
      (
        1104, "tensors that overlap",
        decode(
          "{\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}",
          [0, 0, 0, 0, 0, 0])
      ),
      (1104, "bytes of no tensor", decode("{}", [1])),
      (1103, "a header that is no JSON", decode("{\"w\": }")),
      (
        1105, "a tensor of another name",
        { try martlet("eval", "--data", folder, "--checkpoint", try weights("renamed") { $0[0].name = "conv.weight" }) }
      ),
      (1105, "weights of another model", { _ = try Variables(layer, on: .interpreter).load(try weights("other") { _ in }) }),
      (1106, "a tensor of eight bits", { _ = try Variables(layer, on: .interpreter).load(try eightBits()) }),
      (
        1106, "a tensor of another shape in a file of weights",
        {
          try martlet(
            "eval", "--data", folder, "--checkpoint",
            try weights("transposed") { $0[0].tensor = HostTensor(repeating: 0, TensorType(.f32, [1, 16, 3, 3])) })
        }
      ),
      (
        1101, "weights in place of a checkpoint",
        { try martlet("train", "--data", folder, "--resume", "--checkpoint", try weights("plain") { _ in }) }
      ),
      (
        1505, "numbers of another type for a variable",
        { try Variables(layer, on: .interpreter).set("weight", to: HostTensor(repeating: 0, TensorType(.i32, [3, 2]))) }
      ),
    ]
  }

  /// A file whose weights are of a type that no variable is read from.
  private func eightBits() throws -> String {
    let header =
      "{\"bias\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[6,18]},\"weight\":{\"dtype\":\"F8_E4M3\",\"shape\":[3,2],\"data_offsets\":[0,6]}}"
    let length = UInt64(header.utf8.count)
    let bytes =
      (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + Array(header.utf8) + [UInt8](repeating: 0, count: 18)
    return try file("eight.safetensors", bytes)
  }

  private var words: [Titled] {
    [
      (1034, "a token that no character has", { _ = try TextVocabulary.characters(of: "abc").text(of: [3]) }),
      (
        1207, "labels that are fewer than outputs",
        {
          var metric = Accuracy(); try metric.add(outputs: HostTensor([2, 2], [0, 1, 1, 0] as [Float]), labels: [1])
        }
      ),
      (
        1207, "outputs of one number",
        {
          var metric = Accuracy(); try metric.add(outputs: HostTensor([2], [0, 1] as [Float]), labels: [1, 0])
        }
      ),
      (1208, "a metric that is misspelt", { _ = try MetricNames.metric(named: "acuracy") }),
      (1089, "one folder of pictures", { try martlet("train", "mlp", "--data", try pictures("one-class", ["a/1.png": "rgb.png"])) }),
      (1082, "a picture that is a text", { _ = try ImageDecoder.read(ImageFixtures.path("text.png")) }),
      (1083, "a PNG file that is damaged", { _ = try ImageDecoder.read(ImageFixtures.path("damaged.png")) }),
      (1083, "a PNG file that is cut off", { _ = try ImageDecoder.read(ImageFixtures.path("truncated.png")) }),
    ]
  }

  private func pictures(_ name: String, _ files: [String: String]) throws -> String {
    for (path, fixture) in files {
      try FileBytes.makeFolder("\(folder)/\(name)/" + path.split(separator: "/").dropLast().joined(separator: "/"))
      try FileBytes.write(try ImageFixtures.bytes(fixture), to: "\(folder)/\(name)/\(path)")
    }
    return "\(folder)/\(name)"
  }

  private var commands: [Titled] {
    [
      (1309, "momentum of Adam", { try martlet("train", "--optimizer", "adam", "--momentum", "0.9") }),
      (1309, "Nesterov without momentum", { try martlet("train", "--optimizer", "sgd", "--nesterov") }),
      (1311, "a negative number of epochs", { try martlet("train", "--epochs=-1") }),
      (1312, "a negative rate", { try martlet("train", "--lr=-0.1") }),
      (1313, "a schedule that is misspelt", { try martlet("train", "--schedule", "cosin") }),
      (1316, "measuring the interpreter", { try martlet("bench", "--device", "interpreter") }),
      (1502, "a frozen layer that is misspelt", { try martlet("train", "--data", folder, "--freeze", "conv9") }),
      (
        1506, "all layers frozen",
        { try martlet("train", "--data", folder, "--freeze", "conv1", "--freeze", "conv2", "--freeze", "conv3", "--freeze", "out") }
      ),
    ]
  }
}
