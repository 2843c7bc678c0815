import MartletCore
import MartletGraph
import MartletLayers
import MartletLoopIR
import MartletTraining
import MartletCommandLine

/// A reader of what comes from outside, as both fuzzers see it: the tests' own, which mutates whole files, and libFuzzer, which looks for
/// inputs that take new paths. A reader returns or throws an error of ours; everything else is a defect.
package struct FuzzedReader: Sendable {
  package let name: String
  /// Whole files to begin with.
  package let seeds: [[UInt8]]
  private let kinds: Set<MartletError.Kind>
  private let read: @Sendable ([UInt8]) throws -> Void

  private init(
    _ name: String, _ seeds: [[UInt8]], kinds: Set<MartletError.Kind> = [.invalidInput],
    _ read: @escaping @Sendable ([UInt8]) throws -> Void
  ) {
    self.name = name
    self.seeds = seeds
    self.kinds = kinds
    self.read = read
  }

  /// Whether the reader accepts the bytes. Throws what is none of its errors.
  package func accepts(_ bytes: [UInt8]) throws -> Bool {
    do { try read(bytes) } catch let error as MartletError {
      guard kinds.contains(error.kind), !error.message.isEmpty else { throw error }
      return false
    }
    return true
  }

  /// Inputs that libFuzzer found: each takes a path that no other one takes.
  package func corpus() throws -> [[UInt8]] {
    let folder = "Tests/Fuzzing/corpus/\(name)"
    return try Repository.files(folder, suffix: "").map { try FileBytes.read(Repository.path("\(folder)/\($0)")) }
  }

  /// All readers, with the files that begin the search.
  package static func all() throws -> [FuzzedReader] {
    let kernels = "Tests/MartletLoopIRTests/Kernels"
    let loops = "Tests/Fuzzing/graphs"
    let tensors = [
      ("conv1.0.weight", HostTensor([2, 3], [Float](repeating: 1, count: 6))), ("step", HostTensor(repeating: 3, TensorType(.i32, []))),
    ]
    let checkpoint = Safetensors(metadata: [("format", "martlet-checkpoint-1"), ("epoch", "3")], tensors: tensors).encoded()
    let foreign = try ["half", "prefixed"].map { try FileBytes.read(Repository.path("Tests/Fixtures/checkpoints/\($0).safetensors")) }
    let layer = Linear(8, 3)
    let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4] + [UInt8](repeating: 7, count: 24)
    return [
      // What is accepted survives printing.
      FuzzedReader(
        "graph",
        try graphs.map { Array($0.utf8) } + operations().map { Array($0.utf8) }
          + Repository.files(loops, suffix: ".gir").map { try FileBytes.read(Repository.path("\(loops)/\($0)")) }
      ) { bytes in
        let graph = try GraphParser.parse(String(decoding: bytes, as: UTF8.self), file: "fuzzed.gir")
        guard try GraphParser.parse(graph.description, file: "printed") == graph else { throw Difference(text: graph.description) }
      },
      FuzzedReader(
        "kernel", try Repository.files(kernels, suffix: ".kir").map { try FileBytes.read(Repository.path("\(kernels)/\($0)")) },
        kinds: [.invalidInput, .lowering]
      ) { bytes in
        let kernel = try KernelParser.parse(String(decoding: bytes, as: UTF8.self), file: "fuzzed.kir")
        try kernel.verify()
        let text = kernel.description
        guard try KernelParser.parse(text, file: "printed").description == text else { throw Difference(text: text) }
      },
      FuzzedReader("idx", [images, [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9]]) {
        _ = try IDX.decode($0, axes: 3, file: "fuzzed")
      },
      // What PyTorch wrote in 16 bits and under a prefix is matched with variables too, and what is read survives writing.
      FuzzedReader("safetensors", [checkpoint] + foreign) { bytes in
        let file = try Safetensors.decode(bytes, file: "fuzzed")
        let again = try Safetensors.decode(file.encoded(), file: "written")
        guard again.tensors.map(\.tensor) == file.tensors.map(\.tensor), again.foreign == file.foreign else {
          throw Difference(text: file.tensors.map(\.name).joined(separator: ", "))
        }
        _ = try file.stateDictionary(of: ModelStructure([("out", layer)]), model: "fuzzed", path: "fuzzed")
      },
      FuzzedReader(
        "npy",
        [
          try Npy.encode(HostTensor([2, 3], [Float](repeating: 1, count: 6))),
          try Npy.encode(HostTensor(repeating: 1, TensorType(.bool, []))),
        ]
      ) { _ = try Npy.decode($0, file: "fuzzed") },
      FuzzedReader("gzip", [compressed]) { _ = try Gzip.decompress($0, file: "fuzzed", limit: 1 << 20) },
      FuzzedReader("npz", try ["sets.npz", "zip64.npz"].map { try FileBytes.read(Repository.path("Tests/Fixtures/data/\($0)")) }) {
        let archive = try NumPyArchive($0, file: "fuzzed")
        for name in archive.names { _ = try archive.tensor(name) }
      },
      FuzzedReader("csv", tables.map { Array($0.utf8) }, kinds: [.invalidInput, .usage]) {
        let table = try CSVTable($0, file: "fuzzed")
        for column in table.columns { _ = try table.texts(column.name) }
        _ = try table.data()
      },
      try pictures("png", ["rgb", "grey-16", "interlaced", "palette-transparent", "gamma"]),
      try pictures("jpeg", ["baseline", "progressive", "grey", "cmyk", "orientation-6"]),
      // Whatever an editor sends: the answers are messages, and a session without errors is accepted.
      FuzzedReader("language-server", sessions.map { session in session.flatMap(framed) }) { bytes in
        var server = LanguageServer()
        let output = server.receive(bytes)
        var answers = MessageReader()
        answers.append(output)
        while let answer = answers.next() {
          guard case .message(let bytes) = answer else { throw Difference(text: String(decoding: output, as: UTF8.self)) }
          let message = try JSONReader.parse(bytes, file: "answer")
          if message["error"] != nil { throw MartletError(TextErrorCode.unexpectedToken, "a message was refused") }
        }
      },
    ]
  }

  /// The decoder of pictures, with files of one format.
  private static func pictures(_ format: String, _ names: [String]) throws -> FuzzedReader {
    let suffix = format == "jpeg" ? "jpg" : format
    let seeds = try names.map { try FileBytes.read(Repository.path("Tests/Fixtures/images/\($0).\(suffix)")) }
    return FuzzedReader(format, seeds) { _ = try ImageDecoder.decode($0, file: "fuzzed") }
  }

  /// What is read back is another one than what was printed.
  private struct Difference: Error { var text: String }

  /// A graph of each operation that text may name.
  private static func operations() throws -> [String] {
    try OperationRegistry.builtIn.compactMap { operation in
      try operation.samples.first.map { try graph(of: $0.operation, $0.operands.map(\.type)).description }
    }
  }

  private static let graphs = [
    """
    graph @f(input %x: f32[2, 3], parameter %w: f32[4, 3]) -> (loss: f32[]) {
      %0 = matmul(%x, %w) {transpose_rhs = true} : f32[2, 4]
      %1 = reduce_sum(%0) {axes = [0, 1]} : f32[]
      return %1
    }

    """,
    """
    graph @g(input %i: u8[2, 1, 6, 6], parameter %w: f32[3, 1, 3, 3]) -> (y: f32[2, 3, 3, 3]) {
      %0 = convert(%i) : f32[2, 1, 6, 6]
      %1 = conv2d(%0, %w) {padding = [1, 1, 1, 1]} : f32[2, 3, 6, 6]
      %2, %3 = max_pool2d(%1) {window = [2, 2]} : f32[2, 3, 3, 3], u8[2, 3, 3, 3]
      return %2
    }

    """,
    """
    graph @h(state %s: i32[], input %k: i32[2]) -> (s: i32[], r: f32[3]) {
      %c = constant() {value = 1} : i32[]
      %n = add(%s, %c) : i32[]
      %r = random_uniform(%k) {stream = 2} : f32[3]
      return %n, %r
    }

    """,
    """
    graph @t(input %x: f32[3]) -> (y: f32[3], b: bool[4]) {
      %t = constant() {values = base64 "AACAPwAAAMAAAMB/"} : f32[3]
      %b = constant() {values = base64 "AAEBAA=="} : bool[4]
      %y = add(%x, %t) : f32[3]
      return %y, %b
    }

    """,
  ]

  private static func framed(_ message: String) -> [UInt8] {
    let body = "{\"jsonrpc\": \"2.0\", \(message)}"
    return Array("Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
  }

  private static let sessions = [
    [
      "\"id\": 1, \"method\": \"initialize\", \"params\": {}",
      "\"method\": \"textDocument/didOpen\", \"params\": {\"textDocument\": {\"uri\": \"a.gir\", \"text\": \"graph @f(input %x: f32[2]) -> (y: f32[2]) {\\n  %0 = exp(%x) : f32[2]\\n  return %0\\n}\"}}",
      "\"id\": 2, \"method\": \"textDocument/hover\", \"params\": {\"textDocument\": {\"uri\": \"a.gir\"}, \"position\": {\"line\": 1, \"character\": 3}}",
      "\"id\": 3, \"method\": \"textDocument/definition\", \"params\": {\"textDocument\": {\"uri\": \"a.gir\"}, \"position\": {\"line\": 1, \"character\": 12}}",
    ],
    [
      "\"id\": 1, \"method\": \"initialize\"",
      "\"method\": \"textDocument/didOpen\", \"params\": {\"textDocument\": {\"uri\": \"b.kir\", \"text\": \"kernel @k(%y: write global f32[4]) over 4 {\\n  for i in begin ..< end parallel {\\n    %y[i] = 1.0\\n  }\\n}\"}}",
      "\"id\": \"h\", \"method\": \"textDocument/hover\", \"params\": {\"textDocument\": {\"uri\": \"b.kir\"}, \"position\": {\"line\": 2, \"character\": 5}}",
      "\"method\": \"textDocument/didChange\", \"params\": {\"textDocument\": {\"uri\": \"b.kir\"}, \"contentChanges\": [{\"text\": \"\\ud83d\\ude00\"}]}",
      "\"id\": 2, \"method\": \"shutdown\"", "\"method\": \"exit\"",
    ],
  ]

  private static let tables = [
    "a,b,y\n1,2.5,x\n-3,4e2,z\n",
    "label;pixel0;pixel1;pixel2;pixel3\r\n7;0;255;3;4\r\n1;5;6;7;8\r\n", "\"a, \"\"b\"\"\"\t\"c\nd\"\n1\tx\n,NA\n",
  ]

  /// Fifteen bytes, with gzip's checksum and length.
  private static let compressed: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4b, 0x2f, 0x4a, 0x2c, 0xc8, 0x50, 0x48, 0x07,
    0x93, 0x0e, 0x69, 0x1a, 0x00, 0xcd, 0x82, 0xe4, 0xd8, 0x0f, 0x00, 0x00, 0x00,
  ]
}
