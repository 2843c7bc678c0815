import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCore
@testable import MartletGraph
@testable import MartletRuntime

/// Commands that list what there is, words that are no command, and the name of the program in all of it.
@Suite struct ProgramsOfOthers {
  private func martlet(_ arguments: String...) throws -> ProgramResult { try runProgram(martletExecutable, arguments) }

  @Test func unknownCommandsAreNamed() throws {
    let command = try martlet("trian", "mnist-cnn")
    #expect(command.code == 2 && command.errors.hasPrefix("error M1325: 'trian' is no command\n  Did you mean 'train'? The commands are"))
    let model = try martlet("dump", "resnet")
    #expect(model.code == 2 && model.errors.contains("Did you mean 'resnet8'? The models are\n    resnet8\n"), "\(model.errors)")
    #expect(model.errors.contains("more; martlet models lists them."))
    let option = try martlet("train", "--epocs", "3")
    #expect(option.code == 2 && option.errors.contains("Did you mean '--epochs'?"), "\(option.errors)")
    let layer = try martlet("explain", "conv4")
    #expect(layer.code == 2 && layer.errors.contains("Did you mean 'conv1'? The layers and kernels are\n"), "\(layer.errors)")
    let kernel = try martlet("dump", "--stage", "kernels", "--kernel", "adam.ad")
    #expect(kernel.code == 2 && kernel.errors.contains("Did you mean 'adam.add'?"), "\(kernel.errors)")
    let error = try #require(throws: MartletError.self) {
      try GraphParser.parse("graph @f(input %x: f32[3]) -> (y: f32[3]) {\n  %0 = tnah(%x) : f32[3]\n  return %0\n}\n")
    }
    #expect(error.description.contains("Did you mean 'tanh'?") && error.location?.line == 2)
  }

  /// `martlet models` has each model with the numbers that docs/layers.md says.
  @Test func modelsAreListed() throws {
    let result = try martlet("models")
    let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(result.code == 0 && lines[0] == ["model", "input", "outputs", "parameters"])
    #expect(lines.dropFirst().map { $0[0] } == ModelRegistry.names.filter { !ModelRegistry.ownNames.contains($0) })
    #expect(lines.contains { $0.first == "resnet18" && $0.last == "11,173,962" } && lines.contains { $0.last == "124,439,808" })
    let one = try martlet("models", "mnist-cnn")
    #expect(one.code == 0 && one.output.contains("conv1.0  Conv2D(1, 8, ") && one.output.contains("[N, 8, 28, 28]"), "\(one.output)")
    #expect(try martlet("models", "mnist").code == 2)
  }

  @Test func operationsAreShown() throws {
    let all = try martlet("ops").output.split(separator: "\n")
    #expect(all.count == OperationRegistry.builtIn.count + 2 && all.contains { $0.hasPrefix("scan: ") })
    let one = try martlet("ops", "gather")
    #expect(one.code == 0 && one.output.contains("gather(%x0: ") && one.output.contains("  %x0 has a gradient\n  %x1 has no gradient"))
    #expect(try martlet("ops", "scan").output.hasPrefix("scan: a loop"))
    let unknown = try martlet("ops", "conv2")
    #expect(unknown.code == 2 && unknown.errors.contains("Did you mean 'conv2d'?"), "\(unknown.errors)")
  }

  /// The cache of a folder of our own: filled by a run, counted, cleared; other files stay.
  @Test func theCacheIsCleared() throws {
    let folder = try Repository.TemporaryFolder()
    let environment = ["XDG_CACHE_HOME": folder.path]
    func cache(_ arguments: String...) throws -> String {
      let result = try runProgram(martletExecutable, ["cache"] + arguments, environment: environment)
      #expect(result.code == 0, "\(result.errors)")
      return result.output
    }
    #expect(try cache().hasPrefix("0 kernels in \(folder.path)/martlet/objects, 0 B"))
    let run = try runProgram(
      martletExecutable, ["opt", Repository.path("IR/mnist-cnn/traced.gir"), "--bisect", "--device", "cpu", "--passes", "fuse"],
      environment: environment)
    #expect(run.code == 0, "\(run.errors)")
    let objects = "\(folder.path)/martlet/objects"
    let kept = try FileManager.default.contentsOfDirectory(atPath: objects).count
    #expect(kept > 0)
    try FileBytes.write([1, 2, 3], to: "\(objects)/notes.txt")
    #expect(try cache().hasPrefix("\(kept) kernels in "))
    #expect(try cache("--clear").hasPrefix("\(kept) kernels removed from "))
    #expect(try FileManager.default.contentsOfDirectory(atPath: objects) == ["notes.txt"])
    #expect(try cache().hasPrefix("0 kernels"))
  }

  /// Every command has examples, which name the program; each of them is accepted, as far as its words go.
  @Test func helpHasExamples() throws {
    for command in MartletCommand.commandNames {
      let help = try martlet(command, "--help")
      #expect(help.code == 0 && help.output.contains("Examples:\n  martlet \(command)"), "\(command): \(help.output)")
    }
    #expect(try martlet("--help").output.contains("martlet train mnist-cnn"))
  }

  /// An executable of another name, as a package with its own models has, says that name in its usage and in what it advises.
  @Test func theProgramsOwnName() throws {
    let folder = try Repository.TemporaryFolder()
    let own = "\(folder.path)/seabird"
    try FileManager.default.createSymbolicLink(atPath: own, withDestinationPath: martletExecutable)
    let usage = try runProgram(own, ["train", "--no-such-option"])
    #expect(usage.code == 2 && usage.errors.contains("Usage: seabird train") && !usage.errors.contains("martlet"), "\(usage.errors)")
    let advice = try runProgram(own, ["dump", "resnet"])
    #expect(advice.errors.contains("seabird models lists them"), "\(advice.errors)")
    #expect(try runProgram(own, ["explain", "M301"]).output.contains("seabird ops lists"))
    #expect(try runProgram(own, ["train", "--help"]).output.contains("  seabird train mnist-cnn"))
  }
}
