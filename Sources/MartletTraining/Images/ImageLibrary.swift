import CImages
import Glibc
import MartletCore
import Synchronization

/// libpng and libjpeg-turbo, each loaded when the first file of its format is decoded.
package enum ImageLibrary: String, CaseIterable, Sendable {
  case png = "PNG"
  case jpeg = "JPEG"

  private static let loaded = Mutex<Set<ImageLibrary>>([])

  /// The environment variable that may name the library's file.
  private var variable: String { self == .png ? "MARTLET_LIBPNG" : "MARTLET_LIBTURBOJPEG" }
  private var fileName: String { self == .png ? "libpng16.so.16" : "libturbojpeg.so.0" }
  private var package: String { self == .png ? "libpng16-16" : "libturbojpeg0 (Ubuntu: libturbojpeg)" }

  /// Loads the library once: the file that `$MARTLET_LIBPNG` or `$MARTLET_LIBTURBOJPEG` names, else the one that the system finds. Throws
  /// `M1081`, which says what to install.
  package func load() throws {
    try ImageLibrary.loaded.withLock { loaded in
      guard !loaded.contains(self) else { return }
      try load(path: FileBytes.environment(variable))
      loaded.insert(self)
    }
  }

  /// Loads the library from a file, or from where the system finds it; not while another thread decodes.
  func load(path: String?) throws {
    var message: UnsafeMutablePointer<CChar>?
    let status = self == .png ? images_load_png(path, &message) : images_load_jpeg(path, &message)
    guard status == 0 else {
      throw MartletError(
        ImageErrorCode.noLibrary, "\(path ?? fileName), which decodes \(rawValue) files, cannot be loaded: \(ImageLibrary.text(message))",
        advice: "Run Tools/setup, or install the Debian package \(package); \(variable) may name the library's file.")
    }
  }

  /// The message that C allocated, which is freed.
  static func text(_ message: UnsafeMutablePointer<CChar>?) -> String {
    guard let message else { return "no reason was given" }
    defer { free(message) }
    return String(cString: message)
  }
}
