import Foundation
import TestSupport
import Testing

@testable import MartletCore
@testable import MartletTraining

/// `.npy` and `.npz` files against NumPy.
@Suite struct DataArrays {
  @Test(arguments: ["arrays.npz", "arrays-deflated.npz"]) func everyTypeAndOrder(_ file: String) throws {
    let archive = try NumPyArchive(DataFixture.path(file))
    let names = archive.names.filter { $0.hasPrefix("x_") }.map { $0.dropFirst(2) }
    #expect(names.count == 44)
    for name in names {
      let (read, wanted) = (try archive.tensor("x_\(name)"), try archive.tensor("want_\(name)"))
      #expect(read == wanted, "\(name)")
      let dtype: DType =
        name.hasPrefix("f8")
        ? .f64 : name.hasPrefix("f") || name == "none" ? .f32 : name.hasPrefix("u1") ? .u8 : name.hasPrefix("b") ? .bool : .i32
      #expect(read.dtype == dtype, "\(name)")
    }
  }

  @Test func headersAsPythonReadsThem() throws {
    let archive = try NumPyArchive(DataFixture.path("headers.npz"))
    let wanted = HostTensor([2, 3], (0..<6).map { Float($0) })
    #expect(archive.names.count { $0.hasPrefix("y") } == 7 && archive.names.count { $0.hasPrefix("n") } == 16)
    for name in archive.names {
      if name.hasPrefix("y") {
        #expect(try archive.tensor(name) == wanted, "\(name)")
      } else {
        expectError(FileErrorCode.malformedArray, "\(name).npy") { try archive.tensor(name) }
      }
    }
  }

  @Test func integersThatDoNotFit() throws {
    func array(_ type: String, _ words: [[UInt8]], shape: String, isFortran: Bool = false) -> [UInt8] {
      let header = "{'descr': '\(type)', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': \(shape)}"
      return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + words.flatMap { $0 }
    }
    func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    let large = Int64(Int32.max) + 1
    expectError(FileErrorCode.elementOutOfRange, "element [1, 0] is 2147483648", "'<i8'") {
      try Npy.decode(array("<i8", [1, 2, large, Int64(Int32.min) - 1].map(bytes), shape: "(2, 2)"), file: "x.npy")
    }
    // In Fortran order the same number stands elsewhere.
    expectError(FileErrorCode.elementOutOfRange, "element [0, 1] is 2147483648") {
      try Npy.decode(array("<i8", [1, 2, large, 3].map(bytes), shape: "(2, 2)", isFortran: true), file: "x.npy")
    }
    expectError(FileErrorCode.elementOutOfRange, "element [0] is -2147483649") {
      try Npy.decode(array("<i8", [bytes(Int64(Int32.min) - 1)], shape: "(1,)"), file: "x.npy")
    }
    expectError(FileErrorCode.elementOutOfRange, "element [0] is 2147483648") {
      try Npy.decode(array(">u4", [[0x80, 0, 0, 0]], shape: "(1,)"), file: "x.npy")
    }
    expectError(FileErrorCode.elementOutOfRange, "element [] is 18446744073709551615") {
      try Npy.decode(array("<u8", [bytes(UInt64.max)], shape: "()"), file: "x.npy")
    }
    #expect(
      try Npy.decode(array("<i8", [bytes(Int64(Int32.min)), bytes(Int64(Int32.max))], shape: "(2,)"), file: "x.npy")
        == HostTensor([2], [Int32.min, .max]))
  }

  /// All halves: those that f32 rounds back to are the same.
  @Test func halves() {
    for half in UInt16.min ... .max {
      let (exponent, fraction) = (Int(half >> 10 & 31), Double(half & 1023))
      let number = NpyElements.float(half: half)
      if exponent == 31 {
        #expect(fraction == 0 ? number.isInfinite : number.isNaN)
      } else {
        let magnitude = exponent == 0 ? fraction * 0x1p-24 : (1024 + fraction) * pow(2, Double(exponent - 25))
        if Double(number.magnitude) != magnitude { Issue.record("\(half)") }
      }
      if (number.sign == .minus) != (half >> 15 == 1) { Issue.record("\(half)") }
    }
  }

  @Test func archivesWithWideNumbers() throws {
    let archive = try NumPyArchive(DataFixture.path("zip64.npz"))
    #expect(archive.names == ["a", "b"])
    #expect(try archive.tensor("a") == HostTensor([5], (0..<5).map { Int32($0) }))
    #expect(try archive.tensor("b") == HostTensor([3], [Float(0), 1, 2]))
    expectError(DataErrorCode.unknownArrays, "no array 'c'", "'a', 'b'") { try archive.tensor("c") }
    // Something before the archive moves all positions.
    let moved = try NumPyArchive([1, 2, 3] + FileBytes.read(DataFixture.path("sets.npz")), file: "moved.npz")
    #expect(try moved.tensor("y_test") == HostTensor([3], [0, 1, 2] as [UInt8]))
  }

  @Test func damagedArchives() throws {
    let whole = try FileBytes.read(DataFixture.path("sets.npz"))
    func refuses(_ words: String, _ change: (inout [UInt8]) -> Void, location: Testing.SourceLocation = #_sourceLocation) {
      var bytes = whole
      change(&bytes)
      expectError(DataErrorCode.malformedArchive, words, "x.npz", location: location) {
        let archive = try NumPyArchive(bytes, file: "x.npz")
        for name in archive.names { _ = try archive.tensor(name) }
      }
    }
    func place(_ signature: [UInt8]) throws -> Int { try #require(whole.indices.first { whole[$0...].starts(with: signature) }) }
    let (central, end) = (try place([0x50, 0x4b, 1, 2]), try place([0x50, 0x4b, 5, 6]))
    let local = 0
    let nameLength = Int(whole[local + 26]), extraLength = Int(whole[local + 28])
    let data = local + 30 + nameLength + extraLength
    refuses("no directory at its end") { $0 = [] }
    refuses("no directory at its end") { $0.removeLast() }
    refuses("no directory at its end") { $0 = Array($0.prefix(100)) }
    refuses("several files") { $0[end + 4] = 1 }
    refuses("not where the file says") { $0[end + 19] = 0x7f }
    refuses("not where the file says") { $0[end + 15] = 0x7f }
    refuses("directory has") { $0[end + 10] -= 1 }
    refuses("entry 4") { $0[end + 10] += 1 }
    refuses("entry 0") { $0[central] = 0 }
    refuses("encrypted") { $0[central + 8] |= 1 }
    refuses("method 12") { $0[central + 10] = 12 }
    refuses("checksum") { $0[central + 16] ^= 1 }
    refuses("begins behind the end") { $0[central + 45] = 0x7f }
    refuses("no header where") { $0[central + 42] = 1 }
    refuses("no header where") { $0[local + 1] = 0 }
    refuses("directory says") { $0[central + 24] += 1 }
    refuses("more than the") { $0[central + 24] -= 1 }
    refuses("cannot have") { $0[central + 27] = 0x0f }
    refuses("cut off") { $0[central + 23] = 0x7f }
    refuses("ends in the middle") { $0[central + 20] -= 1 }
    refuses("behind its end") { $0[central + 20] += 1 }
    refuses("cut off") { $0[local + 29] = 0xff }
    refuses("is damaged") { $0[data] = 0xff }
    refuses("no zip64 sizes") { for byte in 20..<24 { $0[central + byte] = 0xff } }
    // Any one byte: an error of ours, or the same arrays.
    for position in whole.indices {
      for value in [0, 0xff, whole[position] ^ 0x10] {
        var bytes = whole
        bytes[position] = value
        do {
          let archive = try NumPyArchive(bytes, file: "x.npz")
          for name in archive.names { _ = try archive.tensor(name) }
        } catch is MartletError {}
      }
    }
    for count in stride(from: 0, to: whole.count, by: 7) {
      #expect(throws: MartletError.self) { try NumPyArchive(Array(whole.prefix(count)), file: "x.npz") }
    }
  }

  @Test func namesOfArrays() {
    func pairs(_ names: String...) -> [ArrayNames.Part: ArrayNames.Pair] { ArrayNames(names).pairs }
    for names in [["x", "y"], ["images", "labels"], ["data", "target"], ["X", "Y"], ["features", "classes"], ["inputs", "targets"]] {
      #expect(ArrayNames(names).pairs == [.all: .init(input: names[0], label: names[1])])
      #expect(ArrayNames(names.reversed() + ["else", "z_1"]).pairs == [.all: .init(input: names[0], label: names[1])])
    }
    for (part, word) in [
      (.train, "train"), (.train, "training"), (.test, "test"), (.test, "testing"), (.validation, "val"), (.validation, "valid"),
      (.validation, "validation"),
    ] as [(ArrayNames.Part, String)] {
      #expect(pairs("x_\(word)", "y_\(word)") == [part: .init(input: "x_\(word)", label: "y_\(word)")])
      #expect(pairs("\(word)_images", "\(word)-labels") == [part: .init(input: "\(word)_images", label: "\(word)-labels")])
    }
    // Not enough, or more than one of a kind.
    for names in [
      ["x"], ["y"], ["a", "b"], ["x", "data", "y"], ["x", "y", "labels"], ["x_train", "y_test"], ["x_train_test", "y"], [],
    ] { #expect(ArrayNames(names).pairs.isEmpty, "\(names)") }
    #expect(!ArrayNames(["x_test", "y_test"]).areComplete && ArrayNames(["x", "y"]).areComplete)
  }
}
