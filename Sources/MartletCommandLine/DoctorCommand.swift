import ArgumentParser
import Glibc
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCPU
import MartletCUDA
import MartletCore
import MartletMPI
import MartletRuntime

struct DoctorCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "doctor", "Report what this machine has (processor, LLVM, OpenBLAS, CUDA, MPI, data) and which device auto selects.",
      examples: ["doctor"])
  }

  func run() throws {
    func line(_ title: String, _ text: String) {
      Output.line(title + String(repeating: " ", count: max(1, 12 - title.count)) + text)
    }
    line("Martlet", MartletVersion.description)
    line("processor", "\(HostProcessor.instructionSet.rawValue) (\(HostProcessor.availableFeatures.joined(separator: " ")))")
    if let cap = FileBytes.environment("MARTLET_ISA") { line("", "capped by MARTLET_ISA=\(cap)") }
    line("cores", "\(Processors.available) for this process")
    do {
      try LLVMLibrary.load()
      line("LLVM", LLVMLibrary.description)
    } catch {
      line("LLVM", "not found: \(error)")
    }
    line("OpenBLAS", MatrixLibrary.name ?? "not found; only kernels of loop IR with sgemm need it")
    line("CUDA driver", DoctorCommand.library(["libcuda.so.1"]) ?? "not found")
    do {
      try RuntimeCompiler.load()
      line("NVRTC", RuntimeCompiler.description)
    } catch {
      line("NVRTC", "not found; dump --stage cuda does not need it")
    }
    do {
      let nccl = try NCCLLibrary.installed()
      line("NCCL", "\(nccl.description) (\(nccl.file))")
    } catch {
      line("NCCL", "not found; without it the GPUs of several processes exchange gradients through the host's memory")
    }
    let libraries = MPILibrary.installed().map { "\($0.version) (\($0.file))" }
    line("MPI", libraries.isEmpty ? "not found; several processes need it" : libraries.joined(separator: ", "))
    let launchers = Launch.installed()
    line("launchers", launchers.isEmpty ? "neither mpirun nor srun is in PATH" : launchers.joined(separator: ", "))
    line("started as", Launch.current?.description ?? "one process, without mpirun or srun")
    do {
      line("auto", "--device cuda: \(try CUDABackend.checked().deviceName)")
    } catch {
      line("auto", "--device cpu: \((error as? MartletError)?.message ?? "\(error)")")
    }
    for (title, folder) in DataLocator.places(nil) {
      line("data", "\(DataSet.isComplete(folder) ? "found" : "not found") in \(folder) (\(title))")
    }
  }

  /// The first of these libraries that can be loaded.
  private static func library(_ names: [String]) -> String? {
    names.first { name in
      guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { return false }
      dlclose(handle)
      return true
    }
  }
}
