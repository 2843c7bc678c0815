import MartletCore

/// Files of weights in other formats, which people give in place of safetensors: by their first bytes.
enum OtherWeights: CaseIterable {
  case zip, pickle, hdf5, npy, gguf

  init?(_ bytes: [UInt8]) {
    // The header of a safetensors file begins behind its length.
    guard bytes.count < 9 || bytes[8] != UInt8(ascii: "{"),
      let known = OtherWeights.allCases.first(where: { bytes.starts(with: $0.beginning) })
    else { return nil }
    self = known
  }

  private var beginning: [UInt8] {
    switch self {
    case .zip: Array("PK".utf8) + [3, 4]
    // Of older versions of torch.save: the opcode PROTO, version 2, and a long integer, its magic number.
    case .pickle: [0x80, 2, 0x8a]
    case .hdf5: [0x89] + Array("HDF\r\n".utf8)
    case .npy: [0x93] + Array("NUMPY".utf8)
    case .gguf: Array("GGUF".utf8)
    }
  }

  func error(_ file: String) -> MartletError {
    let (what, advice) =
      switch self {
      case .zip, .pickle:
        (
          "is no safetensors file, but \(self == .zip ? "a ZIP archive, as torch.save and numpy.savez write it" : "a pickle, as torch.save writes it")",
          "Convert it in Python: safetensors.torch.save_file(torch.load(file, weights_only=True), 'weights.safetensors')."
        )
      case .hdf5:
        (
          "is no safetensors file, but HDF5, as Keras writes it",
          "Convert it in Python: safetensors.numpy.save_file with a dictionary of names and arrays."
        )
      case .npy:
        (
          "is no safetensors file, but one array of NumPy",
          "Convert it in Python: safetensors.numpy.save_file with a dictionary of names and arrays."
        )
      case .gguf: ("is no safetensors file, but GGUF", "Use the safetensors files that it was made of.")
      }
    return MartletError(CheckpointErrorCode.damagedFile, "\(file) \(what)", advice: advice)
  }
}
