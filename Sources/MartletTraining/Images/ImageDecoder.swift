import CImages
import MartletCore

/// Decodes PNG and JPEG files, told apart by their first bytes.
///
/// - PNG by libpng: palettes, 1 to 16 bits, interlacing. 16 bits are rounded to 8. Transparent pixels are composed on white. Numbers are
///   taken as the file has them: gamma and colour profiles change nothing, as with Pillow.
/// - JPEG by libjpeg-turbo: baseline and progressive, grey and colour. The orientation that cameras write (EXIF) is applied.
public enum ImageDecoder {
  /// Larger files are no photos.
  static let largestFile = 1 << 30
  /// 16,384 x 16,384.
  static let mostPixels = 1 << 28

  /// Decodes a file. Throws `FileErrorCode` where it cannot be read, and what `decode` throws.
  public static func read(_ path: String) throws -> DecodedImage {
    try decode(try FileBytes.read(path, limit: largestFile), file: path)
  }

  /// Decodes the bytes of a file; errors name it as `file`.
  ///
  /// Throws `M1082` for another format, `M1083` for a file that is damaged or cut off, `M1084` for JPEG in the colours of printing, `M1085`
  /// for more than 2^28 pixels, `M153` where there is no memory and `M1081` where the library is missing.
  package static func decode(_ bytes: [UInt8], file: String) throws -> DecodedImage {
    switch ImageFormat(bytes) {
    case .png: return try PNGDecoder(bytes, file).image()
    case .jpeg: return try JPEGDecoder(bytes, file).image()
    case .other(let name):
      let what = bytes.isEmpty ? "is empty" : name.map { "is a \($0) file, not PNG or JPEG" } ?? "is neither a PNG nor a JPEG file"
      throw MartletError(ImageErrorCode.unknownFormat, "\(file) \(what)")
    }
  }

  /// Whether a file begins as a PNG or JPEG does; false where it cannot be read.
  package static func isPicture(_ path: String) -> Bool {
    switch ImageFormat(FolderNames.beginning(of: path, 16)) {
    case .png, .jpeg: true
    case .other: false
    }
  }

  /// The names of the PNG and JPEG files of a folder, sorted. Throws M101 where it cannot be read, M1092 where a name is not UTF-8.
  package static func files(in folder: String) throws -> [String] { try FolderListing(folder).images() }

  /// The number of pixels of a picture. Throws unless it can be decoded; `bytesPerPixel` counts the decoder's own memory, too.
  static func expectRoom(height: Int, width: Int, bytesPerPixel: Int, _ file: String) throws -> Int {
    guard let count = Shape.checkedElementCount([height, width]), count > 0, count <= mostPixels else {
      throw MartletError(
        ImageErrorCode.tooManyPixels, "\(file) has \(width) x \(height) pixels, at most \(mostPixels) in all are decoded")
    }
    try MachineMemory.expect(count * bytesPerPixel, for: "the picture \(file), \(width) x \(height) pixels,")
    return count
  }

  static func damaged(_ format: String, _ file: String, _ reason: String) -> MartletError {
    MartletError(ImageErrorCode.damagedImage, "\(file) is no whole \(format) image: \(reason)")
  }
}

/// The format of a file by its first bytes.
enum ImageFormat: Equatable {
  case png
  case jpeg
  /// The name of another format, nil for an unknown one.
  case other(String?)

  init(_ bytes: [UInt8]) {
    func has(_ text: String, at position: Int = 0) -> Bool { bytes.dropFirst(position).starts(with: text.utf8) }
    if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
      self = .png
    } else if bytes.starts(with: [0xff, 0xd8, 0xff]) {
      self = .jpeg
    } else if has("GIF8") {
      self = .other("GIF")
    } else if has("BM") {
      self = .other("BMP")
    } else if has("RIFF"), has("WEBP", at: 8) {
      self = .other("WebP")
    } else if has("II*\0") || has("MM\0*") {
      self = .other("TIFF")
    } else if has("ftyp", at: 4) {
      self = .other(has("avif", at: 8) ? "AVIF" : has("hei", at: 8) || has("mif1", at: 8) ? "HEIC" : nil)
    } else {
      self = .other(nil)
    }
  }
}
