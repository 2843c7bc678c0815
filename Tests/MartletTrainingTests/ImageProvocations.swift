import Glibc
import MartletCore

@testable import MartletTraining

extension Provocations {
  /// Errors of photos and folders of images, in a folder that tests may fill.
  static func images(in folder: String) -> [Provocation] {
    func read(_ name: String) throws { _ = try ImageDecoder.read(ImageFixtures.path(name)) }
    func load(_ name: String, _ files: [(path: String, fixture: String)]) throws {
      try FileBytes.makeFolder("\(folder)/\(name)")
      for (path, fixture) in files {
        try FileBytes.makeFolder("\(folder)/\(name)/" + path.split(separator: "/").dropLast().joined(separator: "/"))
        try FileBytes.write(try ImageFixtures.bytes(fixture), to: "\(folder)/\(name)/\(path)")
      }
      _ = try ImageFolder.load("\(folder)/\(name)")
    }
    return [
      (1081, { try ImageLibrary.jpeg.load(path: "/none") }),
      (1082, { try read("really-a-gif.jpg") }),
      (1083, { try read("truncated.jpg") }),
      (1084, { try read("cmyk.jpg") }),
      (1085, { _ = try ImageDecoder.expectRoom(height: 1 << 15, width: 1 << 15, bytesPerPixel: 1, "huge.png") }),
      (1086, { _ = try DecodedImage(height: 2, width: 2, channels: 1, pixels: [1, 2, 3]) }),
      (1087, { _ = try PhotoPreparation(for: [4, 28, 28]) }),
      (1088, { try load("sizes", [("a/1.png", "rgb.png"), ("b/1.png", "grey.png")]) }),
      (1089, { try load("flat", [("1.png", "rgb.png")]) }),
      (1090, { try load("empty-class", [("a/1.png", "rgb.png"), ("b/1.txt", "text.png")]) }),
      (
        1091,
        { try load("more", [("train/a/1.png", "rgb.png"), ("train/b/1.png", "rgb.png"), ("test/c/1.png", "rgb.png")]) }
      ),
      (
        1092,
        {
          let path = Array("\(folder)/latin-names/caf".utf8) + [0xe9, 0]
          try FileBytes.makeFolder("\(folder)/latin-names")
          mkdir(path.map { CChar(bitPattern: $0) }, 0o755)
          _ = try ImageFolder.load("\(folder)/latin-names")
        }
      ),
    ]
  }
}
