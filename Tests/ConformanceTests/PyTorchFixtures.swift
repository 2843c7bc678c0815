import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletTraining
import MartletTransforms
import TestSupport
import Testing

/// Results and gradients that PyTorch computed: Tests/Fixtures/make_fixtures.py.
@Suite struct PyTorchFixtures {
  static let folder = "Tests/Fixtures/pytorch"
  static let names = Repository.files(folder, suffix: ".gir").map { String($0.dropLast(4)) }

  static func check(_ device: any ExecutionDevice, _ name: String) throws {
    let path = Repository.path("\(folder)/\(name)")
    var graph = try GraphParser.parse(try FileBytes.readText(path + ".gir"), file: name + ".gir")
    let tensors = try Safetensors.read(path + ".safetensors")
    if graph.result(named: "loss") != nil { graph = try Pipeline([.differentiate, .eliminateDeadCode]).run(graph) }
    let arguments = try graph.parameters.map { parameter in try #require(tensors[parameter.name], "no tensor \(parameter.name)") }
    let results = try device.run(graph, arguments)
    var compared = 0
    for (result, tensor) in zip(graph.results, results) {
      let expected = try #require(tensors["expect \(result.name)"], "no expectation for \(result.name)")
      if name.hasSuffix("-special") {
        // Special values are compared one by one: the largest would hide the others.
        let different = firstDifference(tensor, expected, signedZeros: !result.name.hasSuffix(".gradient"))
        #expect(different == nil, "\(device.name) \(name): \(result.name)\(different ?? "")")
      } else {
        #expect(
          distance(tensor, expected) <= 1e-5,
          "\(device.name) \(name): \(result.name) \(tensor.numbers.prefix(15)), expected \(expected.numbers.prefix(15))")
      }
      compared += 1
    }
    #expect(compared == tensors.tensors.count { $0.name.hasPrefix("expect ") })
  }

  /// The first element that is another one. Denormals are zero here; a zero has the sign that PyTorch gives it where that is asked for.
  private static func firstDifference(_ a: HostTensor, _ reference: HostTensor, signedZeros: Bool) -> String? {
    guard a.type == reference.type else { return ": \(a.type), expected \(reference.type)" }
    let position = zip(a.numbers, reference.numbers).enumerated().first { _, pair in
      let (x, y) = pair
      let isClose = abs(x - y) <= 1e-5 * abs(y) + Double(Float.leastNormalMagnitude)
      return !(x.isNaN && y.isNaN || x == y && (x.sign == y.sign || !signedZeros) || isClose && x != y)
    }?.offset
    return position.map { "[\($0)] is \(a.numbers[$0]), expected \(reference.numbers[$0])" }
  }

  private static func mnemonicsWithout(fixtures names: [String]) -> [String] {
    let covered = Set(names.map { $0.split(separator: "-").first.map(String.init) ?? $0 })
    return OperationRegistry.builtIn.map { $0.mnemonic }.filter { !covered.contains($0) }.sorted()
  }

  @Test func everyOperationHasOne() { #expect(PyTorchFixtures.mnemonicsWithout(fixtures: PyTorchFixtures.names) == []) }

  /// NaN, infinities and both zeros go into every operation that takes or makes floating-point numbers.
  @Test func everyOperationHasSpecialValues() {
    let special = PyTorchFixtures.names.filter { $0.hasSuffix("-special") }
    #expect(PyTorchFixtures.mnemonicsWithout(fixtures: special) == ["and", "iota", "not", "one_hot", "or", "random_uniform", "xor"])
  }

  @Test(arguments: names) func interpreter(_ name: String) throws { try PyTorchFixtures.check(InterpreterDevice(), name) }

  @Test func gpu() throws {
    try onTestGPU { device in
      for name in PyTorchFixtures.names { try PyTorchFixtures.check(device, name) }
    }
  }

  /// Every instruction set that the machine runs, with vectors of its own width.
  @Test(arguments: names, HostProcessor.runnableTargets.compactMap(\.instructionSet))
  func cpu(_ name: String, _ instructionSet: InstructionSet) throws {
    try PyTorchFixtures.check(CompilingDevice(try CPUBackend(threads: 2, instructionSet: instructionSet)), name)
  }
}
