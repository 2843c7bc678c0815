import Foundation
import MartletCore
import TestSupport
import Testing

@testable import MartletInspection
@testable import MartletTraining

/// Folders of images: what is found in them, and what is wrong with them.
@Suite struct ImageFolders {
  private let temporary: Repository.TemporaryFolder
  private let folder: String

  init() throws {
    temporary = try Repository.TemporaryFolder()
    folder = temporary.path
  }

  /// Copies a fixture, making the folders above it.
  private func put(_ fixture: String, _ path: String) throws {
    try put(try ImageFixtures.bytes(fixture), path)
  }

  private func put(_ bytes: [UInt8], _ path: String) throws {
    let full = "\(folder)/\(path)"
    try FileBytes.makeFolder(String(full[..<(full.lastIndex(of: "/") ?? full.endIndex)]))
    try FileBytes.write(bytes, to: full)
  }

  /// A grey picture of one value.
  private func put(value: UInt8, _ path: String, height: Int = 2, width: Int = 3) throws {
    try put(try PNG.encode([UInt8](repeating: value, count: height * width), width: width, height: height, channels: 1), path)
  }

  private func refuses(_ code: some ErrorCode, _ texts: String..., shape: Shape? = nil) throws {
    let error = try #require(throws: MartletError.self) { try ImageFolder.load(folder, shape: shape) }
    #expect(error.number == code.rawValue, "\(error)")
    for text in texts { #expect(error.message.contains(text), "\(error)") }
  }

  @Test func classesAreFolders() throws {
    for (value, path) in [(1, "b/x.png"), (2, "b/X.PNG"), (3, "a/2.png"), (4, "a/10.Png"), (5, "B/y.png")] as [(UInt8, String)] {
      try put(value: value, path)
    }
    try put(Array("nothing".utf8), "a/notes.txt")
    try put(Array("nothing".utf8), "README.md")
    try put(value: 9, "a/.hidden.png")
    try put(value: 9, ".cache/1.png")
    try put(value: 9, "a/deeper/1.png")
    #expect(ImageFolder.isPresent(folder))
    let set = try ImageFolder.load(folder)
    #expect(set.classes == ["B", "a", "b"] && set.shape == [1, 2, 3] && set.test == nil)
    #expect(set.train.files == ["B/y.png", "a/10.Png", "a/2.png", "b/X.PNG", "b/x.png"])
    #expect(set.train.labels == HostTensor([5], [0, 1, 1, 2, 2] as [Int32]))
    #expect(set.train.pixels == HostTensor([5, 1, 2, 3], [5, 4, 3, 2, 1].flatMap { [UInt8](repeating: $0, count: 6) }))
    #expect(set.notes == ["3 entries that are neither PNG nor JPEG files are not used, the first: \(folder)/README.md."])
  }

  @Test func partsAreFolders() throws {
    for (number, part) in ["train", "test", "val"].enumerated() {
      for (label, title) in ["cat", "dog"].enumerated() where part != "val" || label == 1 {
        try put(value: UInt8(10 * number + label), "\(part)/\(title)/1.png")
      }
    }
    try put(value: 9, "train/cat/2.png")
    let set = try ImageFolder.load(folder)
    #expect(set.train.files == ["train/cat/1.png", "train/cat/2.png", "train/dog/1.png"])
    #expect(set.test?.files == ["test/cat/1.png", "test/dog/1.png"])
    #expect(set.test?.labels == HostTensor([2], [0, 1] as [Int32]))
    #expect(set.notes == ["The folder \(folder)/val is not used."])
    // A test set may lack a class, not have one more.
    try FileManager.default.removeItem(atPath: "\(folder)/test")
    let other = try ImageFolder.load(folder)
    #expect(other.test?.files == ["val/dog/1.png"] && other.test?.labels == HostTensor([1], [1] as [Int32]) && other.notes.isEmpty)
    try put(value: 9, "val/bird/1.png")
    try refuses(ImageErrorCode.unknownClass, "\(folder)/val/bird")
  }

  /// A class may have the name of a part.
  @Test func trainsAreVehicles() throws {
    for title in ["train", "car"] { try put(value: 3, "\(title)/1.png") }
    #expect(try ImageFolder.load(folder).classes == ["car", "train"])
  }

  @Test func imagesAreConvertedToOneShape() throws {
    try put("rgb.png", "a/1.png")
    try put("photo-dark.png", "b/1.png")
    try put("grey.jpg", "b/2.jpeg")
    try put("orientation-6.jpg", "b/3.JPG")
    try put("really-a-jpeg.png", "b/4.png")
    let preparation = try PhotoPreparation(for: [1, 9, 8])
    let set = try ImageFolder.load(folder, shape: [1, 9, 8])
    let expected = try ["rgb.png", "photo-dark.png", "grey.jpg", "orientation-6.jpg", "really-a-jpeg.png"].flatMap {
      try preparation.prepare(try ImageDecoder.read(ImageFixtures.path($0))).image.pixels
    }
    #expect(set.train.pixels == HostTensor([5, 1, 9, 8], expected))
    let coloured = try ImageFolder.load(folder, shape: [3, 4, 4], fit: .stretch)
    let first = try ImageDecoder.read(ImageFixtures.path("rgb.png")).resized(height: 4, width: 4)
    let pixels: [UInt8] = try #require(coloured.train.pixels.elements())
    #expect(coloured.train.pixels.shape == [5, 3, 4, 4] && HostTensor([3, 4, 4], Array(pixels[..<48])) == first.tensor)
    try refuses(ImageErrorCode.sizesDiffer, "\(folder)/b/1.png has the shape [3, 56, 40], \(folder)/a/1.png has [3, 11, 13]")
    try refuses(ImageErrorCode.impossibleSize, "[2, 4, 4]", shape: [2, 4, 4])
  }

  /// More than a terabyte is refused before an image is read.
  @Test func memoryIsCheckedFirst() throws {
    for title in ["a", "b"] { try put(Array("no picture".utf8), "\(title)/1.png") }
    for number in 2...2000 { #expect(symlink("1.png", "\(folder)/a/\(number).png") == 0) }
    try refuses(TensorErrorCode.noMemory, "2001 images of shape [3, 16384, 16384]", shape: [3, 1 << 14, 1 << 14])
  }

  /// The result, and the file that an error names, do not depend on the number of threads.
  @Test func threadsChangeNothing() throws {
    for number in 0..<40 { try put(value: UInt8(number), "\(number % 3)/\(number).png", height: 9, width: 7) }
    let one = try ImageFolder.load(folder, threads: 1)
    for threads in [2, 7, 100] {
      let many = try ImageFolder.load(folder, threads: threads)
      #expect(many.train.pixels == one.train.pixels && many.train.labels == one.train.labels && many.train.files == one.train.files)
    }
    // Class 0 holds 0, 12, 15, …; class 1 begins with 1, 10, 13.
    for number in [13, 7, 38] { try put(value: 1, "\(number % 3)/\(number).png", height: 3) }
    for _ in 0..<20 {
      let error = try #require(throws: MartletError.self) { try ImageFolder.load(folder, threads: 8) }
      #expect(error.number == 1088 && error.message.hasPrefix("\(folder)/1/13.png has the shape [1, 3, 3]"), "\(error)")
    }
    for number in [16, 3, 5] { try put("truncated.png", "\(number % 3)/\(number).png") }
    for _ in 0..<20 {
      let error = try #require(throws: MartletError.self) { try ImageFolder.load(folder, shape: [1, 4, 4], threads: 8) }
      #expect(error.number == 1083 && error.message.hasPrefix("3 of 40 images cannot be read; the first: \(folder)/0/3.png"), "\(error)")
    }
  }

  @Test func brokenImagesAreNamed() throws {
    for number in 0..<6 { try put(value: UInt8(number), "\(number % 2)/\(number).png") }
    try put("text.png", "1/5.png")
    try refuses(ImageErrorCode.unknownFormat, "\(folder)/1/5.png is neither a PNG nor a JPEG file")
    try put([], "1/3.png")
    try refuses(ImageErrorCode.unknownFormat, "2 of 6 images cannot be read; the first: \(folder)/1/3.png is empty")
    // The first one is read for its shape.
    try put("damaged.png", "0/0.png")
    try refuses(ImageErrorCode.damagedImage, "\(folder)/0/0.png")
  }

  @Test func foldersWithoutClassesAreRefused() throws {
    #expect(!ImageFolder.isPresent(folder) && !ImageFolder.isPresent("\(folder)/none"))
    try refuses(ImageErrorCode.noClasses, "\(folder) is empty")
    try put(Array("nothing".utf8), "notes.txt")
    try refuses(ImageErrorCode.noClasses, "\(folder) has no subfolders")
    try put(value: 1, "1.png")
    try refuses(ImageErrorCode.noClasses, "\(folder) has 1 images, but no subfolders")
    try put(value: 1, "cat/1.png")
    try refuses(ImageErrorCode.noClasses, "\(folder) has only one class, the folder cat")
    try FileBytes.makeFolder("\(folder)/dog")
    try refuses(ImageErrorCode.emptyClass, "\(folder)/dog has no PNG or JPEG file")
    try put(value: 1, "dog/deeper/1.png")
    try refuses(ImageErrorCode.emptyClass, "\(folder)/dog has no PNG or JPEG file, only 1 subfolders")
    let missing = try #require(throws: MartletError.self) { try ImageFolder.load("\(folder)/none") }
    #expect(missing.number == 101 && missing.message.contains("\(folder)/none"))
    let file = try #require(throws: MartletError.self) { try ImageFolder.load("\(folder)/1.png") }
    #expect(file.number == 101 && file.message.contains("\(folder)/1.png"))
  }

  @Test func partsWithoutClassesAreRefused() throws {
    try put(value: 1, "train/cat/1.png")
    try refuses(ImageErrorCode.noClasses, "\(folder)/train has only one class")
    try put(value: 1, "train/dog/1.png")
    try put(Array("nothing".utf8), "test/notes.txt")
    try refuses(ImageErrorCode.noClasses, "\(folder)/test has no subfolders")
    try FileBytes.makeFolder("\(folder)/test/dog")
    try refuses(ImageErrorCode.emptyClass, "\(folder)/test/dog")
  }

  @Test func linksAreFollowed() throws {
    try put(value: 1, "elsewhere/cats/1.png")
    try put(value: 2, "elsewhere/2.png")
    try put(value: 3, "data/dog/3.png")
    #expect(symlink("\(folder)/elsewhere/cats", "\(folder)/data/cat") == 0)
    #expect(symlink("\(folder)/elsewhere/2.png", "\(folder)/data/dog/2.png") == 0)
    let set = try ImageFolder.load("\(folder)/data")
    #expect(set.train.files == ["cat/1.png", "dog/2.png", "dog/3.png"])
    #expect(set.train.pixels == HostTensor([3, 1, 2, 3], [1, 2, 3].flatMap { [UInt8](repeating: $0, count: 6) }))
    // One that leads nowhere, and a pipe, which nobody may wait for.
    #expect(symlink("\(folder)/none", "\(folder)/data/dog/1.png") == 0)
    #expect(mkfifo("\(folder)/data/dog/4.png", 0o600) == 0)
    let error = try #require(throws: MartletError.self) { try ImageFolder.load("\(folder)/data") }
    #expect(error.number == 101 && error.message.hasPrefix("2 of 5 images cannot be read; the first: cannot open \(folder)/data/dog/1.png"))
  }

  /// Names in another encoding are named as far as they are text; files that are not wanted may have any name.
  @Test func namesMayBeNoText() throws {
    for title in ["a", "b"] { try put(value: 1, "\(title)/1.png") }
    func make(_ name: [UInt8], isFolder: Bool) {
      let path = (Array("\(folder)/".utf8) + name + [0]).map { CChar(bitPattern: $0) }
      if isFolder { mkdir(path, 0o755) } else { close(open(path, O_CREAT | O_WRONLY, 0o644)) }
    }
    make(Array("b/caf".utf8) + [0xe9], isFolder: false)
    #expect(try ImageFolder.load(folder).notes == ["\(folder)/b/caf\u{fffd} is neither a PNG nor a JPEG file and not used."])
    make(Array("b/caf".utf8) + [0xe9] + Array(".png".utf8), isFolder: false)
    try refuses(ImageErrorCode.nameNotText, "\(folder)/b/caf\u{fffd}.png")
    make([0xff, 0xfe], isFolder: true)
    try refuses(ImageErrorCode.nameNotText, "\(folder)/\u{fffd}")
    #expect(ImageFolder.isPresent(folder))
  }

  /// Two ways to write an accented letter are two folders.
  @Test func namesAreComparedByTheirBytes() throws {
    for part in ["train", "test"] {
      for (value, title) in [(1, "caf\u{e9}"), (2, "cafe\u{301}")] as [(UInt8, String)] { try put(value: value, "\(part)/\(title)/1.png") }
    }
    let set = try ImageFolder.load(folder)
    #expect(set.classes.count == 2 && set.test?.labels == HostTensor([2], [0, 1] as [Int32]))
    #expect(set.test?.pixels == set.train.pixels)
  }
}
