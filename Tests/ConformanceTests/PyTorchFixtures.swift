import MartletCPU
import MartletCore
import MartletGraph
import MartletLowering
import MartletTraining
import MartletTransforms
import TestSupport
import Testing

/// Results and gradients that PyTorch computed: Tests/Fixtures/make_fixtures.py.
@Suite struct PyTorchFixtures {
  static let folder = "Tests/Fixtures/pytorch"
  static let names = Repository.files(folder, suffix: ".gir").map { String($0.dropLast(4)) }

  static func check(_ device: any Device, _ name: String) throws {
    let path = Repository.path("\(folder)/\(name)")
    var graph = try GraphParser.parse(try FileBytes.readText(path + ".gir"), file: name + ".gir")
    let tensors = try Safetensors.read(path + ".safetensors")
    if graph.result(named: "loss") != nil { graph = try Pipeline([.differentiate, .eliminateDeadCode]).run(graph) }
    let arguments = try graph.parameters.map { parameter in try #require(tensors[parameter.name], "no tensor \(parameter.name)") }
    let results = try device.run(graph, arguments)
    var compared = 0
    for (result, tensor) in zip(graph.results, results) {
      let expected = try #require(tensors["expect \(result.name)"], "no expectation for \(result.name)")
      // Special values are compared one by one: the largest would hide the others. Denormals are zero here.
      let isEqual = name.hasSuffix("-special") ? eachIsClose(tensor, expected) : distance(tensor, expected) <= 1e-5
      #expect(
        isEqual,
        "\(device.name) \(name): \(result.name) \(tensor.numbers.prefix(15)), expected \(expected.numbers.prefix(15))")
      compared += 1
    }
    #expect(compared == tensors.tensors.count { $0.name.hasPrefix("expect ") })
  }

  private static func eachIsClose(_ a: HostTensor, _ reference: HostTensor) -> Bool {
    a.type == reference.type
      && zip(a.numbers, reference.numbers).allSatisfy { x, y in
        x.isNaN && y.isNaN || x == y || abs(x - y) <= 1e-5 * abs(y) + Double(Float.leastNormalMagnitude)
      }
  }

  @Test func everyOperationHasOne() {
    let covered = Set(PyTorchFixtures.names.map { $0.split(separator: "-").first.map(String.init) ?? $0 })
    #expect(OperationRegistry.all.map { $0.mnemonic }.filter { !covered.contains($0) } == [])
  }

  @Test(arguments: names) func interpreter(_ name: String) throws { try PyTorchFixtures.check(InterpreterDevice(), name) }
  @Test(arguments: names) func cpu(_ name: String) throws { try PyTorchFixtures.check(CompilingDevice(try CPUBackend(threads: 2)), name) }
}
