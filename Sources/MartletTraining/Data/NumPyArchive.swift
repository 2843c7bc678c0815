import MartletCore

/// An `.npz` file: several named arrays, as `numpy.savez` and `numpy.savez_compressed` write them.
public struct NumPyArchive {
  private let archive: ZipArchive

  /// Members are `NAME.npy`.
  private static let suffix = ".npy"

  /// Reads the list of arrays. Throws M1024 where the file is no ZIP archive, M101 to M103 where the system does not give it.
  public init(_ path: String) throws { archive = try ZipArchive(try FileBytes.read(path), file: path) }

  package init(_ bytes: [UInt8], file: String) throws { archive = try ZipArchive(bytes, file: file) }

  /// The names of the arrays, in the file's order.
  public var names: [String] {
    archive.members.filter { $0.name.hasSuffix(NumPyArchive.suffix) }.map { String($0.name.dropLast(NumPyArchive.suffix.count)) }
  }

  /// An array by its name, with the types that `Npy.read` gives. Throws M1025 where there is none of the name, M1024, M105 and M106 where the array
  /// cannot be read.
  public func tensor(_ name: String) throws -> HostTensor {
    guard let member = archive.members.first(where: { $0.name == name + NumPyArchive.suffix }) else {
      throw MartletError(
        DataErrorCode.unknownArrays, "\(archive.file) has no array '\(name)'; it has \(names.map { "'\($0)'" }.joined(separator: ", "))",
        advice: "Choose one of the arrays of the list.")
    }
    return try Npy.decode(try archive.contents(of: member), file: "\(archive.file)/\(member.name)")
  }
}
