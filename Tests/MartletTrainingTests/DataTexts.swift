import Foundation
import MartletCore
import TestSupport
import Testing

@testable import MartletTraining

@Suite struct DataTexts {
  @Test func windows() throws {
    for (window, stride, starts) in [
      (2, nil, [0, 2]), (2, 1, [0, 1, 2, 3]), (5, nil, [0]), (1, 4, [0, 4]), (3, 7, [0]), (1, nil, [0, 1, 2, 3, 4]),
    ] as [(Int, Int?, [Int])] {
      let data = try TextData("abcdef", window: window, stride: stride)
      #expect(data.count == starts.count, "\(window) \(String(describing: stride))")
      let text = Array("abcdef".utf8).map { Int32($0) }
      for (sample, start) in starts.enumerated() {
        #expect(try data.tensor(0, of: [sample]) == HostTensor([1, window], Array(text[start..<start + window])))
        #expect(try data.tensor(1, of: [sample]) == HostTensor([1, window], Array(text[start + 1..<start + 1 + window])))
      }
    }
    let data = try TextData("abcdef", window: 2)
    #expect(data.elements.map(\.name) == ["tokens", "next"] && data.elements[0].shape == [2] && data.elements[0].dtype == .i32)
    #expect(try data.tensor(1, of: [1, 0]) == HostTensor([2, 2], [Int32(100), 101, 98, 99]))
    for window in [0, -1] { expectError(DataErrorCode.impossibleChoice, "window of \(window)") { try TextData("abc", window: window) } }
    expectError(DataErrorCode.impossibleChoice, "stride of 0") { try TextData("abc", window: 1, stride: 0) }
    for window in [3, .max] {
      expectError(DataErrorCode.tooFewSamples, "3 tokens", "window of \(window)") { try TextData("abc", window: window) }
    }
    #expect(try TextData("abc", window: 1, stride: .max).count == 1)
    expectError(DataErrorCode.sampleOutOfRange) { try data.tensor(0, of: [2]) }
  }

  /// Python: sorted(set("hällo 🙂 ho")) == [' ', 'h', 'l', 'o', 'ä', '🙂'].
  @Test func characters() throws {
    let text = "hällo 🙂 ho"
    let vocabulary = TextVocabulary.characters(of: text)
    #expect(vocabulary.names == [" ", "h", "l", "o", "ä", "🙂"] && vocabulary.count == 6)
    #expect(try vocabulary.tokens(of: text) == [1, 4, 2, 2, 3, 0, 5, 0, 1, 3])
    #expect(try vocabulary.text(of: [5, 4, 0]) == "🙂ä ")
    let data = try TextData(text, window: 4, vocabulary: vocabulary)
    #expect(data.count == 2 && data.elements[1].classes == vocabulary.names)
    #expect(try data.tensor(0, of: [1]) == HostTensor([1, 4], [Int32(3), 0, 5, 0]))
    expectError(DataErrorCode.unknownCharacter, "character 1, 'x' (U+78)") { try vocabulary.tokens(of: "hx") }
    expectError(DataErrorCode.unknownCharacter, "'x'") { try TextData("hällox", window: 2, vocabulary: vocabulary) }
    for token in [-1, 6] as [Int32] {
      expectError(DataErrorCode.unknownCharacter, "token 1 is \(token)") { try vocabulary.text(of: [0, token]) }
    }
    // More characters than a byte numbers.
    let wide = String(String.UnicodeScalarView((0x4e00..<0x4e00 + 300).compactMap { UnicodeScalar($0) }))
    let many = try TextData(wide, window: 299, vocabulary: .characters(of: wide))
    #expect(try many.tensor(1, of: [0]) == HostTensor([1, 299], (1..<300).map { Int32($0) }))
  }

  @Test func bytes() throws {
    let vocabulary = TextVocabulary.bytes
    #expect(vocabulary.count == 256 && vocabulary.names.count == 256)
    #expect(
      vocabulary.names[65] == "A" && vocabulary.names[10] == "0x0a" && vocabulary.names[255] == "0xff" && vocabulary.names[126] == "~"
        && vocabulary.names[127] == "0x7f")
    #expect(try vocabulary.tokens(of: "é") == [0xc3, 0xa9] && vocabulary.text(of: [0xc3, 0xa9]) == "é")
    #expect(try vocabulary.text(of: [0xc3]) == "\u{fffd}")
    expectError(DataErrorCode.unknownCharacter, "token 0 is 256") { try vocabulary.text(of: [256]) }
    #expect(try TextData(bytes: [1, 0, 255], window: 2).tensor(1, of: [0]) == HostTensor([1, 2], [Int32(0), 255]))
  }

  @Test func files() throws {
    let folder = try Repository.TemporaryFolder()
    try FileBytes.write(Array("grün\n".utf8), to: "\(folder.path)/a.txt")
    try FileBytes.write([0x66, 0xe9, 0x67], to: "\(folder.path)/latin.txt")
    #expect(try TextData.read("\(folder.path)/a.txt", window: 1).count == 5)
    #expect(try TextData.read("\(folder.path)/a.txt", window: 1, unit: .characters).count == 4)
    #expect(try TextData.read("\(folder.path)/latin.txt", window: 1).count == 2)
    expectError(FileErrorCode.notText) { try TextData.read("\(folder.path)/latin.txt", window: 1, unit: .characters) }
    expectError(FileErrorCode.inaccessible) { try TextData.read("\(folder.path)/none.txt", window: 1) }
  }
}
