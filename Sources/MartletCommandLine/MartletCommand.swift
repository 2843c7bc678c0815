import ArgumentParser
import Glibc
@_exported import Martlet
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore
import MartletGraph
import MartletLayers
import MartletTransforms
import Synchronization

/// The whole command line as a library: `MartletCommand.main(models: ["lenet": { LeNet() }])` gives any executable all subcommands for its
/// own models, beside the built-in ones.
public struct MartletCommand: ParsableCommand {
  /// The name, version and subcommands, for ArgumentParser.
  public static let configuration = CommandConfiguration(
    commandName: "martlet",
    abstract: "Train models as compiled graphs, and inspect every stage of the compiler.",
    version: MartletVersion.text,
    subcommands: [
      DumpCommand.self, OptCommand.self, RunCommand.self, TrainCommand.self, EvalCommand.self, PredictCommand.self, GenerateCommand.self,
      BenchCommand.self,
      DataCommand.self,
      DoctorCommand.self, OpsCommand.self, ExplainCommand.self, ExportCommand.self,
    ])

  /// For ArgumentParser: programs call `main(models:passes:operations:)`.
  public init() {}

  /// Parses the process's arguments, runs the command and exits with the documented code. `passes` are known to `opt` by their names,
  /// `operations` to every graph by their mnemonics.
  public static func main(
    models: KeyValuePairs<String, @Sendable () -> any Model> = [:],
    modelsForSamples: KeyValuePairs<String, @Sendable (SampleType?) -> any Model> = [:], passes: [Pass] = [],
    operations: [any TensorOperation.Type] = []
  ) -> Never {
    PassRegistry.add(passes)
    do { try OperationRegistry.add(operations) } catch let error as MartletError {
      Output.error("error \(error.code): \(error)")
      Glibc.exit(error.exitCode)
    } catch { Glibc.exit(1) }
    ModelRegistry.add(models.map { entry in (name: entry.key, make: { _ in entry.value() }) })
    ModelRegistry.add(modelsForSamples.map { (name: $0.key, make: $0.value) })
    Glibc.exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs a command and returns its exit code; messages go to the standard streams.
  static func run(_ arguments: [String]) -> Int32 {
    // A limit on the size of files is then an error of the write, as a full disk is.
    signal(SIGXFSZ, SIG_IGN)
    Interrupts.acceptTermination()
    // Kernels call OpenBLAS from threads of ours. Those that it starts on its own when it is loaded need memory, and spin for ever where
    // there is none.
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    let code = code(of: arguments)
    guard code == 0, let reason = Output.failure else { return code }
    let error = MartletError(FileErrorCode.inaccessible, "cannot write to standard output: \(reason)")
    Output.error("error \(error.code): \(error)")
    return error.exitCode
  }

  private static func code(of arguments: [String]) -> Int32 {
    do {
      try MachineMemory.expectStack()
      var command = try parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let error as MartletError {
      Output.error("error \(error.code): \(error)")
      return error.exitCode
    } catch {
      let code = exitCode(for: error).rawValue
      let message = fullMessage(for: error)
      if !message.isEmpty { Output.write(message.hasSuffix("\n") ? message : message + "\n", to: code == 0 ? 1 : 2) }
      // argument-parser calls wrong usage 64.
      return code == EX_USAGE ? MartletError.Kind.usage.rawValue : code
    }
  }
}

/// The version of Martlet.
package enum MartletVersion {
  /// As `martlet --version` prints it, a semantic version.
  package static let text = "0.1.0"
}

/// The models that can be named.
enum ModelRegistry {
  typealias Entry = (name: String, make: @Sendable (SampleType?) -> any Model)
  private static let entries = Mutex<[Entry]>(BuiltInModels.all.map { model in (model.name, { model.make(for: $0) }) })

  /// A model of a name that is known already takes its place.
  static func add(_ models: [Entry]) {
    entries.withLock { known in
      for model in models {
        known.removeAll { $0.name == model.name }
        known.append(model)
      }
    }
  }

  static let defaultName = "mnist-cnn"

  static var names: [String] { entries.withLock { $0.map(\.name) } }

  static func make(_ name: String, for samples: SampleType? = nil) throws -> any Model {
    guard let entry = entries.withLock({ $0.first { $0.name == name } }) else {
      throw MartletError(UsageErrorCode.unknownModel, "unknown model '\(name)'", advice: "The models are \(names.joined(separator: ", ")).")
    }
    return entry.make(samples)
  }
}
