import MartletCore
import TestSupport
import Testing

@testable import MartletInspection
@testable import MartletTraining

/// What `eval` says of classes is what scikit-learn says: Tests/Fixtures/make_class_fixtures.py.
@Suite struct ClassScoreValues {
  private let file: Safetensors

  init() throws { file = try Safetensors.read(Repository.path("Tests/Fixtures/classes.safetensors")) }

  private func numbers(_ name: String) throws -> [Double] { try #require(file[name], "no tensor \(name)").numbers }

  /// The matrix of a case, which is added in batches of several sizes.
  private func matrix(_ name: String) throws -> ConfusionMatrix {
    let outputs = try #require(file["\(name)/outputs"])
    let (labels, classes) = (try numbers("\(name)/labels").map { Int($0) }, outputs.shape[1])
    var matrix = ConfusionMatrix(classes: classes, mostMistakes: 3)
    for batch in Trainer.batches(labels.count, 7) {
      let own = Array(outputs.numbers[batch.lowerBound * classes..<batch.upperBound * classes])
      matrix.add(batch, Array(labels[batch]), HostTensor(TensorType(.f32, [batch.count, classes]), numbers: own))
    }
    return matrix
  }

  @Test(arguments: ["gaps", "perfect", "many"]) func areTheOraclesNumbers(_ name: String) throws {
    let matrix = try matrix(name)
    let scores = matrix.scores
    for (key, value) in [("precision", \ClassScores.Score.precision), ("recall", \.recall), ("f1", \.f1)] {
      let expected = try numbers("\(name)/\(key)")
      #expect(expected.count == scores.classes.count)
      for (found, right) in zip(scores.classes, expected) { #expect(abs(found[keyPath: value] - right) <= 1e-12, "\(key)") }
    }
    #expect(scores.classes.map { Double($0.labelled) } == (try numbers("\(name)/samples")))
    let macro = try #require(scores.macro)
    for (found, right) in zip([macro.precision, macro.recall, macro.f1], try numbers("\(name)/macro")) {
      #expect(abs(found - right) <= 1e-12)
    }
    #expect(macro.labelled == (try numbers("\(name)/labels")).count && macro.found == macro.labelled)
    if name != "many" { #expect(matrix.counts.flatMap { $0.map { Double($0) } } == (try numbers("\(name)/confusion"))) }
    var topK = TopK(2)
    let (outputs, labels) = (try #require(file["\(name)/outputs"]), try numbers("\(name)/labels"))
    try topK.add(outputs: HostTensor(TensorType(.f32, outputs.shape), numbers: outputs.numbers), labels: labels.map { Int32($0) })
    #expect(abs(topK.value - (try numbers("\(name)/top2"))[0]) <= 1e-12)
  }

  @Test func nothingAtAll() {
    let matrix = ConfusionMatrix(classes: 2, mostMistakes: 1)
    #expect(matrix.scores.macro == nil && matrix.confusions(most: 3).isEmpty && matrix.counts == [[0, 0], [0, 0]])
    #expect(matrix.scores.classes == [ClassScores.Score](repeating: .init(precision: 0, recall: 0, f1: 0, labelled: 0, found: 0), count: 2))
    // A million classes take no matrix of them.
    var large = ConfusionMatrix(classes: 1 << 20, mostMistakes: 1)
    var scores = [Float](repeating: 0, count: 1 << 20)
    scores[77] = 1
    large.add(0..<1, [5], HostTensor([1, 1 << 20], scores))
    #expect(large.confusions(most: 2) == [ConfusionMatrix.Confusion(label: 5, found: 77, count: 1)])
  }

  // MARK: Text

  @Test func reportOfClasses() throws {
    let names = ["ant", "bee", "cat", "dog", "eel", "fly", "gnu"]
    let text = ClassReport(try matrix("gaps"), names).text(columns: 80)
    #expect(
      text == """
        class          precision  recall      F1  samples
        ant               0.5833  0.6364  0.6087       11
        bee               0.4706  0.6667  0.5517       12
        cat               0.4000  0.2500  0.3077        8
        dog               0.0000  0.0000  0.0000       19
        eel               0.5000  0.6429  0.5625       14
        fly               0.0000  0.0000  0.0000        0
        gnu                    -       -       -        0
        macro average     0.3257  0.3660  0.3384       64

              predicted
        true  ant  bee  cat  dog  eel  fly  gnu
        ant     7    2    .    .    1    1    .
        bee     1    8    1    .    1    1    .
        cat     1    1    2    .    1    3    .
        dog     2    4    2    .    6    5    .
        eel     1    2    .    .    9    2    .
        fly     .    .    .    .    .    .    .
        gnu     .    .    .    .    .    .    .

        """, "\(text)")
    // Less room: fewer digits, then the pairs in place of the matrix.
    let narrow = ClassReport(try matrix("gaps"), names).text(columns: 25)
    #expect(
      narrow == """
        class   prec.  rec.    F1
        ant      0.58  0.64  0.61
        bee      0.47  0.67  0.55
        cat      0.40  0.25  0.31
        dog      0.00  0.00  0.00
        eel      0.50  0.64  0.56
        fly      0.00  0.00  0.00
        gnu         -     -     -
        macro…   0.33  0.37  0.34

        Most confused:
        true  predi…  times  of
        dog   eel         6  19
        dog   fly         5  19
        dog   bee         4  19
        cat   fly         3   8
        ant   bee         2  11
        dog   ant         2  19
        dog   cat         2  19
        eel   bee         2  14
        eel   fly         2  14
        ant   eel         1  11

        """, "\(narrow)")
  }

  /// Wide names are replaced by numbers above the columns.
  @Test func longNames() throws {
    let names = (0..<7).map { "Siphonaptera number \($0)" }
    let text = ClassReport(try matrix("gaps"), names).text(columns: 80)
    #expect(text.contains("\n                         predicted\ntrue                     0  1  2  3  4  5  6\n"), "\(text)")
    #expect(text.contains("\n3 Siphonaptera number 3  2  4  2  .  6  5  .\n"))
    // Enough room for the names.
    #expect(ClassReport(try matrix("gaps"), names).text(columns: 200).contains("Siphonaptera number 0  Siphonaptera number 1"))
  }

  @Test func manyClasses() throws {
    let names = (0..<100).map { "class\($0)" }
    let text = ClassReport(try matrix("many"), names).text(columns: 80)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count < 30 && text.hasPrefix("100 classes; lowest F1:\nclass          precision"), "\(text)")
    #expect(
      text.contains("macro average     0.5789  0.5832  0.5473      200")
        && text.contains("\nMost confused:\ntrue     predicted  times  of\n"))
    // Nothing confused, and no room for a matrix.
    let right = ClassReport(try matrix("perfect"), Array(names.prefix(3))).text(columns: 12)
    #expect(right.hasSuffix("\nMost confused: none\n"), "\(right)")
  }

  @Test(arguments: [25, 40, 80, 200]) func everyLineFits(_ columns: Int) throws {
    let digits = ClassReport(try matrix("gaps"), (0..<7).map { "\($0)" })
    let named = ClassReport(try matrix("gaps"), (0..<7).map { "Siphonaptera number \($0)" })
    let many = ClassReport(try matrix("many"), (0..<100).map { "Coleoptera number \($0)" })
    for report in [digits, named, many] {
      let text = report.text(columns: columns)
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= columns }, "\(text)")
      #expect(text.contains("F1") && (text.contains("predicted") || text.contains("Most confused") || text.contains("taken for")))
    }
  }

  // MARK: Ranks

  @Test func rankedClasses() {
    let best = RankedClass.best([1, 3, 3, 0], most: 3)
    #expect(best.map(\.number) == [1, 2, 0] && best[0].probability == best[1].probability)
    #expect(abs(RankedClass.best([1, 3, 3, 0], most: 9).map(\.probability).reduce(0, +) - 1) < 1e-12)
    #expect(RankedClass.best([2, .nan, 5], most: 1).map(\.number) == [1] && RankedClass.best([], most: 2).isEmpty)
    #expect(RankedClass.best([1000, 0], most: 1) == [RankedClass(number: 0, probability: 1)])
    #expect(RankedClass.best([1, 2], most: 0).isEmpty)
  }
}
