import CMPI
import Glibc
import MartletCore

/// The MPI libraries of this machine.
package struct MPILibrary: Hashable, Sendable {
  /// `Open MPI 4.1.4`.
  package var version: String
  /// The name or path under which it was found.
  package var file: String

  /// Where Open MPI may be, the likeliest first. Its file has had this name since version 2; Red Hat's distributions have a folder for each MPI.
  private static let openMPI = ["libmpi.so.40", "/usr/lib64/openmpi/lib/libmpi.so.40", "/usr/lib64/openmpi/lib/libmpi.so"]
  /// MPICH, Intel MPI and MVAPICH, Cray's.
  private static let mpich = [
    "libmpich.so.12", "libmpi.so.12", "/usr/lib64/mpich/lib/libmpi.so.12", "libmpi_cray.so.12", "libmpich.so",
  ]
  /// For developers, or a library that was built by hand: either.
  private static let either = ["libmpi.so"]

  /// The names to try for a launcher, and which interface the library must have; nil for either.
  static func candidates(for launcher: Launch.Launcher) -> (names: [String], interface: mpi_interface?) {
    switch launcher {
    case .openMPI: (openMPI + either, MPI_INTERFACE_OPEN_MPI)
    case .hydra: (mpich + either, MPI_INTERFACE_MPICH)
    case .slurm: (mpich + openMPI + either, nil)
    case .pmix: (openMPI + mpich + either, nil)
    }
  }

  /// Loads the library that `named` names, `$MARTLET_MPI`, or else the one that belongs to the launcher. Throws M1701.
  static func load(for launch: Launch, named: String?) throws {
    let (names, interface) = named.map { ([$0], nil) } ?? candidates(for: launch.launcher)
    var message: UnsafeMutablePointer<CChar>?
    let texts = names.map { strdup($0) }
    defer { for text in texts { free(text) } }
    let status = texts.map { UnsafePointer($0) }.withUnsafeBufferPointer { list in
      list.withMemoryRebound(to: UnsafePointer<CChar>.self) { names in
        names.baseAddress.map { mpi_library_load($0, names.count, interface?.rawValue ?? 0, &message) } ?? 1
      }
    }
    guard status == 0 else { throw loadError(text(message), for: launch, isNamed: named != nil) }
  }

  private static func loadError(_ reason: String, for launch: Launch, isNamed: Bool) -> MartletError {
    let package =
      switch launch.launcher {
      case .openMPI: "Install Open MPI's library (Debian, Ubuntu: apt install openmpi-bin)"
      case .hydra: "Install MPICH's library (Debian, Ubuntu: apt install mpich)"
      case .slurm, .pmix: "Install the library that srun was built for, Open MPI or MPICH (Debian, Ubuntu: apt install openmpi-bin mpich)"
      }
    return MartletError(
      MPIErrorCode.noLibrary, "this is \(launch.description), and its MPI library cannot be loaded: \(reason)",
      advice: isNamed ? "MARTLET_MPI names this file: correct it, or unset it." : "\(package); MARTLET_MPI may name the library's file.")
  }

  /// The libraries that can be loaded, `$MARTLET_MPI` first. They are not initialized.
  package static func installed() -> [MPILibrary] {
    var found: [MPILibrary] = []
    for name in [FileBytes.environment("MARTLET_MPI")].compactMap({ $0 }) + openMPI + mpich + either {
      var interface = MPI_INTERFACE_OPEN_MPI
      var (version, message): (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?)
      let status = mpi_library_probe(name, &interface, &version, &message)
      defer { free(message) }
      guard status == 0 else { continue }
      let library = MPILibrary(version: shortened(text(version)), file: name)
      if !found.contains(where: { $0.version == library.version }) { found.append(library) }
    }
    return found
  }

  /// The library that is loaded.
  static var loadedVersion: String { shortened(text(mpi_library_version())) }

  /// `Open MPI 4.1.4` of `Open MPI v4.1.4, package: Debian OpenMPI, …`; `MPICH 4.0.2` of lines that begin with `MPICH Version:      4.0.2`.
  static func shortened(_ version: String) -> String {
    let line = version.prefix { $0 != "\n" && $0 != "," }
    let words = line.split { $0 == " " || $0 == "\t" || $0 == ":" }.map(String.init)
    let kept = words.filter { $0.lowercased() != "version" }.map { word in
      word.first == "v" && word.dropFirst().first?.isNumber == true ? String(word.dropFirst()) : word
    }
    let text = kept.joined(separator: " ")
    return text.isEmpty ? "an MPI library" : String(text.prefix(60))
  }

  /// The message that C allocated, which is freed.
  static func text(_ message: UnsafeMutablePointer<CChar>?) -> String {
    guard let message else { return "no reason was given" }
    defer { free(message) }
    return String(cString: message)
  }
}
