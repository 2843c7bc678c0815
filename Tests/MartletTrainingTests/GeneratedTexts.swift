import MartletCore
import Testing

@testable import MartletTraining

/// The parts of `generate`: characters of several bytes, choices by logits, vocabularies of checkpoints.
@Suite struct GeneratedTexts {
  private func pieces(_ bytes: [UInt8]) throws -> (all: String, pieces: [String]) {
    var text = PartialText(.bytes)
    var pieces = try bytes.map { try text.append(Int32($0)) }
    pieces.append(try text.rest())
    return (pieces.joined(), pieces)
  }

  /// A character is printed with its last byte; what is no UTF-8 spoils no character behind it.
  @Test func charactersOfSeveralBytes() throws {
    for text in ["plain", "é", "a€b", "😀!", "éé😀€"] {
      let (all, parts) = try pieces(Array(text.utf8))
      #expect(all == text && parts.last == "" && parts.allSatisfy { !$0.contains("\u{fffd}") }, "\(parts)")
    }
    #expect(try pieces([0xc3]).pieces == ["", "\u{fffd}"])
    for stray in [[0x80], [0xff], [0x80, 0x80, 0x80, 0x80], [0xc3, 0x41], [0xe2, 0x82, 0x41]] as [[UInt8]] {
      let (all, _) = try pieces(stray + Array("éé".utf8))
      #expect(all == String(decoding: stray + Array("éé".utf8), as: UTF8.self) && all.hasSuffix("éé"), "\(stray): \(all)")
    }
  }

  @Test func choices() throws {
    var greedy = TokenSampler(temperature: 0, seed: 1)
    #expect(try greedy.choose([0, 3, -.infinity, 3]) == 1)
    // Probabilities 1/4 and 3/4 at the temperature 1; nearly always the second at 0.1, nearly even at 100.
    let logits: [Float] = [0, 1.0986123, -.infinity]
    for (temperature, expected) in [(1.0, 0.75), (0.1, 0.99998), (100.0, 0.5027)] {
      var sampler = TokenSampler(temperature: temperature, seed: 3)
      let drawn = try (0..<4000).map { _ in try sampler.choose(logits) }
      let share = Double(drawn.count { $0 == 1 }) / 4000
      #expect(abs(share - expected) < 0.03 && !drawn.contains(2), "\(temperature): \(share)")
      var again = TokenSampler(temperature: temperature, seed: 3)
      #expect(try (0..<20).map { _ in try again.choose(logits) } == Array(drawn.prefix(20)))
    }
    for bad in [[.nan, 1], [.infinity, 0], []] as [[Float]] { #expect(throws: MartletError.self) { try greedy.choose(bad) } }
  }

  @Test func vocabulariesOfCheckpoints() throws {
    #expect(try TextVocabulary(outputs: 256, names: nil) == .bytes)
    #expect(try TextVocabulary(outputs: 256, names: TextVocabulary.bytes.names) == .bytes)
    let letters = TextVocabulary.characters(of: "banana\n")
    #expect(letters.beginning == "\n" && TextVocabulary.bytes.beginning == "\n")
    #expect(TextVocabulary.characters(of: "banana").beginning == "a")
    #expect(try TextVocabulary(outputs: letters.count, names: letters.names) == letters)
    for (outputs, names) in [(3, nil), (3, ["a", "b"]), (3, ["a", "b", "bc"]), (3, ["a", "b", "b"])] as [(Int, [String]?)] {
      #expect(throws: MartletError.self) { try TextVocabulary(outputs: outputs, names: names) }
    }
  }
}
