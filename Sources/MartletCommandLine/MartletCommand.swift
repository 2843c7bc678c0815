import ArgumentParser
import Glibc
@_exported import Martlet
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore
import MartletGraph
import MartletLayers
import MartletMPI
import MartletTransforms

/// The whole command line as a library: `MartletCommand.main(models: ["lenet": { LeNet() }])` gives any executable all subcommands for its
/// own models, beside the built-in ones.
public struct MartletCommand: ParsableCommand {
  /// The name, version and subcommands, for ArgumentParser.
  public static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: ProgramName.current, abstract: "Train models as compiled graphs, and inspect every stage of the compiler.",
      discussion: "Examples:\n  \(ProgramName.current) train \(CommandHelp.model)\n  \(ProgramName.current) dump \(CommandHelp.model)",
      version: MartletVersion.description, subcommands: commands)
  }

  private static let commands: [any ParsableCommand.Type] = [
    DumpCommand.self, OptCommand.self, RunCommand.self, TrainCommand.self, EvalCommand.self, PredictCommand.self, GenerateCommand.self,
    BenchCommand.self, DataCommand.self, ModelsCommand.self, DoctorCommand.self, OpsCommand.self, ExplainCommand.self, ExportCommand.self,
    CacheCommand.self, LanguageServerCommand.self,
  ]

  /// As users type them.
  static var commandNames: [String] { commands.compactMap { $0.configuration.commandName } }

  /// For ArgumentParser: programs call `main(models:passes:operations:)`.
  public init() {}

  /// Parses the process's arguments, runs the command and exits with the documented code. `passes` are known to `opt` by their names,
  /// `operations` to every graph by their mnemonics.
  public static func main(
    models: KeyValuePairs<String, @Sendable () -> any Model> = [:],
    modelsForSamples: KeyValuePairs<String, @Sendable (SampleType?) -> any Model> = [:], passes: [Pass] = [],
    operations: [any TensorOperation.Type] = []
  ) -> Never {
    ProgramName.set(path: CommandLine.arguments.first ?? "")
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

  /// Throws M1325 for a first word that is no command.
  static func expectCommand(_ arguments: [String]) throws {
    guard let name = arguments.first, !name.hasPrefix("-"), name != "help", !commandNames.contains(name) else { return }
    let advice = KnownNames.nearest(to: name, among: commandNames).map { "Did you mean '\($0)'? " } ?? ""
    throw MartletError(
      UsageErrorCode.unknownCommand, "'\(name)' is no command",
      advice: "\(advice)The commands are \(commandNames.joined(separator: ", ")).")
  }

  private static func code(of arguments: [String]) -> Int32 {
    do {
      try MachineMemory.expectStack()
      try expectCommand(arguments)
      if ["train", "eval"].contains(arguments.first ?? "") { _ = try Machines.join() }
      var command = try parseAsRoot(arguments)
      try command.run()
      try Machines.current?.finish()
      return 0
    } catch let error as MartletError {
      let text = ProgramName.applied(to: "error \(error.code): \(error)")
      Machines.current?.fail(text, exitCode: error.exitCode)
      // Where MPI cannot be used, all processes find the same; one says it.
      if MPIErrorCode(rawValue: error.number) == nil || Launch.current?.rank ?? 0 == 0 { Output.error(text) }
      return error.exitCode
    } catch {
      let code = exitCode(for: error).rawValue
      let message = fullMessage(for: error)
      if code == 0 { try? Machines.current?.finish() }
      if code != 0 { Machines.current?.fail(message, exitCode: code == EX_USAGE ? MartletError.Kind.usage.rawValue : code) }
      if !message.isEmpty { Output.write(message.hasSuffix("\n") ? message : message + "\n", to: code == 0 ? 1 : 2) }
      // argument-parser calls wrong usage 64.
      return code == EX_USAGE ? MartletError.Kind.usage.rawValue : code
    }
  }
}
