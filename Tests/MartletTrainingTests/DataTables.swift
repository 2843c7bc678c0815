import Foundation
import MartletCore
import TestSupport
import Testing

@testable import MartletTraining

/// CSV files: against Python's csv and float where there is something to compare with.
@Suite struct DataTables {
  private func table(_ text: String, hasHeader: Bool? = nil, separator: Character? = nil) throws -> CSVTable {
    try CSVTable(Array(text.utf8), file: "t.csv", hasHeader: hasHeader, separator: separator)
  }

  @Test func quotesAsPythonReadsThem() throws {
    let wanted = try FileBytes.readText(DataFixture.path("nasty.txt")).unicodeScalars.split(
      separator: "\u{1e}", omittingEmptySubsequences: false
    )
    .map { row in row.split(separator: "\u{1f}", omittingEmptySubsequences: false).map { String($0) } }
    let table = try CSVTable.read(DataFixture.path("nasty.csv"), hasHeader: false)
    #expect(table.rows == wanted.count && table.columns.count == 5 && table.rows == 41)
    for (place, column) in table.columns.enumerated() {
      #expect(column.name == "column \(place + 1)")
      let texts = try table.texts(column.name)
      for (row, text) in texts.enumerated() {
        // Scalars: a CR and LF are one Character.
        #expect(Array(text.unicodeScalars) == Array(wanted[row][place].unicodeScalars), "row \(row), column \(place)")
      }
    }
  }

  @Test func numbersAsPythonReadsThem() throws {
    let table = try CSVTable.read(DataFixture.path("numbers.csv"))
    #expect(table.separator == ";" && table.hasHeader && table.columns.map(\.name) == ["a", "b", "c"])
    #expect(try table.numbers(["a", "b", "c"]) == Npy.read(DataFixture.path("numbers.npy")))
    // In the order in which they are named.
    let swapped: [Float] = try #require(try table.numbers(["c", "a"]).elements())
    let all: [Float] = try #require(try Npy.read(DataFixture.path("numbers.npy")).elements())
    #expect(swapped[0] == all[2] && swapped[1] == all[0] && swapped[2] == all[5])
    for text in ["", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "1 2", "0x10", "inf", "nan", "1,5", "--1", "1e5.0", "١"] {
      #expect(Array(text.utf8).withUnsafeBufferPointer { DecimalNumber.value($0) } == nil, "\(text)")
    }
    for (text, value, isWhole) in [
      ("1", 1, true), ("1.0", 1, false), ("1e0", 1, false), ("-3", -3, true), ("1e400", .infinity, false),
      ("1e-999999999999999999999", 0, false),
    ] as [(String, Double, Bool)] {
      let number = Array(text.utf8).withUnsafeBufferPointer { DecimalNumber.value($0) }
      #expect(number?.value == value && number?.isWhole == isWhole, "\(text)")
    }
  }

  @Test func headersAndSeparators() throws {
    #expect(try table("a,b\n1,2\n").hasHeader)
    #expect(try !table("1,b\n3,c\n").hasHeader)
    #expect(try table("1,2\n3,4\n", hasHeader: true).columns.map(\.name) == ["1", "2"])
    #expect(try table("a,b\n1,2\n", hasHeader: false).rows == 2)
    #expect(try table(",b\n1,2\n").columns.map(\.name) == ["column 1", "b"])
    for (text, separator, count) in [
      ("a,b\n1,2\n", ",", 2), ("a;b\n1;2\n", ";", 2), ("a\tb\n1\t2\n", "\t", 2), ("a\n1\n", ",", 1),
      // The separator that cuts all rows alike, and of those the one that cuts more.
      ("a;b\n1,5;2,5\n", ";", 2), ("x y,z;w\n1 2,3;4\n", ",", 2), ("a;b;c\n\"1,2\";2;3\n", ";", 3), ("name\tnote\nx\ta, b, c\n", "\t", 2),
    ] as [(String, Character, Int)] {
      let table = try table(text)
      #expect(table.separator == separator && table.columns.count == count, "\(text)")
    }
    #expect(try table("a|b\n1|2\n", separator: "|").columns.count == 2)
    for separator in ["\"", "\n", "ü"] as [Character] {
      expectError(DataErrorCode.impossibleChoice) { try table("a\n1", separator: separator) }
    }
  }

  @Test func linesAndSpaces() throws {
    let wanted = HostTensor([2, 2], [Float(1), 2, 3, 4])
    for text in [
      "a,b\n1,2\n3,4\n", "a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4\r", "\u{feff}a,b\n1,2\n3,4\n",
      "\n\na,b\n\n1,2\n\r\n\n3,4\n\n",
      "a, b\n 1 ,\t2\n3,4 \n", "\"a\",\"b\"\n\"1\",\"2\"\n \"3\" ,4\n", "a;b\n1;2\n3;4\n",
    ] {
      #expect(try table(text).numbers(["a", "b"]) == wanted, "\(text.debugDescription)")
    }
    // Gzipped.
    let folder = try Repository.TemporaryFolder()
    try FileBytes.write(try Gzip.compress(Array("a,b\n1,2\n3,4\n".utf8)), to: "\(folder.path)/t.csv.gz")
    #expect(try CSVTable.read("\(folder.path)/t.csv.gz").numbers(["a", "b"]) == wanted)
  }

  @Test func malformedTables() throws {
    for (text, words) in [
      ("", "the file is empty"), ("\n\r\n", "the file is empty"), ("a,b\n", "a header and no rows"), ("a,b", "a header and no rows"),
      ("a,b\n1,2\n3\n", "t.csv:3: the row has 1 fields, the header has 2"), ("a,b\n1,2\n3,4,5", "t.csv:3: the row has 3 fields"),
      ("1,2\n3\n", "t.csv:2: the row has 1 fields, the first row has 2"),
      ("a,b\n1,\"2\n3,4\n", "t.csv:2: a quote opens here that nothing closes"),
      ("a,b\n\"x\ny\",2\n1,\"2\"3\n", "t.csv:4: text follows a closing quote"),
      ("a,b,a\n1,2,3\n", "t.csv:1: columns 1 and 3 are both named 'a'"),
      ("a\0b", "no text"), ("a,b\n\"1\n2\n3\",4\n5\n", "t.csv:5: the row has 1 fields"),
    ] { expectError(DataErrorCode.malformedTable, words) { try table(text) } }
    expectError(DataErrorCode.malformedTable, "UTF-16") { try CSVTable([0xff, 0xfe, 0x61, 0], file: "t.csv") }
    expectError(DataErrorCode.malformedTable, "UTF-16") { try CSVTable([0xfe, 0xff, 0, 0x61], file: "t.csv") }
    let latin = try CSVTable(Array("a,b\n1,2\n3,M".utf8) + [0xfc] + Array("nchen".utf8), file: "t.csv")
    expectError(FileErrorCode.notText, "t.csv:3", "latin1") { try latin.texts("b") }
    expectError(FileErrorCode.notText, "t.csv:1") { try CSVTable([0xfc, 0x2c, 0x61, 10, 0x31, 0x2c, 0x32], file: "t.csv") }
    expectError(FileErrorCode.inaccessible) { try CSVTable.read("/none.csv") }
  }

  @Test func missingValuesAndText() throws {
    for missing in ["", "NA", "N/A", "NaN", "nan", "NAN", "null", "NULL", "\"\"", "  "] {
      let table = try table("a,b,y\n1,2,x\n3,\(missing),z\n5,6,x\n")
      #expect(table.columns[1].missing == 1 && table.columns[1].kind == .integers)
      expectError(DataErrorCode.missingValue, "t.csv:3: column 'b' has no value", "--ignore-column 'b'", "Delete the row") {
        try table.data()
      }
      #expect(try table.texts("b") == ["2", "", "6"])
      // A column that is left out may have gaps.
      #expect(try table.data(ignoring: ["b"]).elements[0] == DataElement("features", .f32, [1]))
      expectError(DataErrorCode.missingValue, "t.csv:3: column 'b'") { try table.labels("b") }
    }
    expectError(DataErrorCode.missingValue, "('NA'), one of 2 that are missing") { try table("a,y\nNA,x\nnull,z\n").data() }
    expectError(DataErrorCode.notANumber, "t.csv:3: column 'a' has 'two', a number was expected", "Correct") {
      try table("a,y\n1,x\ntwo,z\n").data()
    }
    expectError(DataErrorCode.notANumber, "t.csv:2: column 'a' has '1,5'", "with a point: 1.5") { try table("a;y\n1,5;x\n2;z\n").data() }
    expectError(DataErrorCode.notANumber, "t.csv:3: column 'a' has 1e39", "magnitudes up to") { try table("a,y\n1,x\n1e39,z\n").data() }
    for text in ["inf", "1e", "NaNs", "nulls"] {
      expectError(DataErrorCode.notANumber, "'\(text)'") { try table("a,y\n1,x\n\(text),z\n").numbers(["a"]) }
    }
    expectError(DataErrorCode.unknownColumn, "no column 'z'", "'a', 'y'") { try table("a,y\n1,x\n2,z\n").numbers(["z"]) }
    expectError(DataErrorCode.unknownColumn, "named twice") { try table("a,y\n1,x\n2,z\n").numbers(["a", "a"]) }
    expectError(DataErrorCode.unknownColumn, "'z'") { try table("a,y\n1,x\n2,z\n").data(ignoring: ["z"]) }
    expectError(DataErrorCode.unknownColumn, "no column that") { try table("y\nx\nz\n").data() }
  }

  @Test func labels() throws {
    func labels(_ values: String...) throws -> ([Int32], [String]) {
      let (numbers, classes) = try table("y\n" + values.map { "\($0)\n" }.joined(), hasHeader: true).labels("y")
      return (numbers.elements() ?? [], classes)
    }
    #expect(try labels("b", "a", "b", "c") == ([1, 0, 1, 2], ["a", "b", "c"]))
    // By number, not by text; with and without a point.
    #expect(try labels("10", "9", "-1", "10") == ([2, 1, 0, 2], ["-1", "9", "10"]))
    #expect(try labels("1.0", "0.0", "1") == ([1, 0, 1], ["0", "1"]))
    // One text makes all of them names.
    #expect(try labels("10", "9", "x") == ([0, 1, 2], ["10", "9", "x"]))
    #expect(try labels("Z", "a", "ä") == ([0, 1, 2], ["Z", "a", "ä"]))
    expectError(DataErrorCode.noClasses, "one value only, '7'") { try labels("7", "7") }
    expectError(DataErrorCode.noClasses, "t.csv:3: column 'y' has 0.5", "targets:") { try labels("1", "0.5") }
    let many = (0..<21).map { "\($0)\n" }.joined()
    expectError(DataErrorCode.noClasses, "21 different values in 21 rows", "targets:") {
      try table("y\n" + many, hasHeader: true).labels("y")
    }
    #expect(try table("y\n" + (0..<20).map { "\($0)\n" }.joined(), hasHeader: true).labels("y").classes.count == 20)
    #expect(try table("y\n" + many + many, hasHeader: true).labels("y").classes.count == 21)
    // The classes of the part that was trained with.
    let part = try table("y\nc\na\nc\n")
    let numbers: [Int32] = try #require(try part.labels("y", classes: ["a", "b", "c"]).numbers.elements())
    #expect(numbers == [2, 0, 2])
    expectError(DataErrorCode.noClasses, "t.csv:2: column 'y' has 'c', which is none of the 2 classes") {
      try part.labels("y", classes: ["a", "b"])
    }
  }

  @Test func classification() throws {
    let flowers = try table("sepal,petal,Species\n5.1,1.4,setosa\n6.2,4.5,virginica\n5.0,1.3,setosa\n")
    #expect(flowers.usualLabelColumn == "Species")
    let data = try flowers.data()
    #expect(data.elements == [DataElement("features", .f32, [2]), DataElement("label", .i32, [], classes: ["setosa", "virginica"])])
    #expect(try data["features"] == HostTensor([3, 2], [Float(5.1), 1.4, 6.2, 4.5, 5, 1.3]))
    #expect(try data["label"] == HostTensor([3], [Int32(0), 1, 0]))
    for (header, label) in [
      ("label,b,c", "label"), ("a,CLASS,c", "CLASS"), ("a,Target,c", "Target"), ("a,y,c", "y"), ("a,b,c", "c"),
      ("a,species,label", "species"),
    ] {
      #expect(try table("\(header)\n1,2,3\n").usualLabelColumn == label)
    }
    #expect(try table("a,b,y\n1,2,3\n2,3,4\n").data(labelColumn: "a")["features"] == HostTensor([2, 2], [Float(2), 3, 3, 4]))
    expectError(DataErrorCode.unknownColumn, "'z'") { try flowers.data(labelColumn: "z") }
  }

  @Test func regression() throws {
    let houses = try table("rooms,area,price,rent\n3,70.5,1e5,9\n4,90,2e5,8\n")
    let data = try houses.data(targets: ["price"], ignoring: ["rent"])
    #expect(data.elements == [DataElement("features", .f32, [2]), DataElement("target", .f32, [1])])
    #expect(try data["target"] == HostTensor([2, 1], [Float(1e5), 2e5]))
    #expect(try houses.data(targets: ["rent", "price"])["target"] == HostTensor([2, 2], [Float(9), 1e5, 8, 2e5]))
    #expect(try houses.data(targets: []).elements == [DataElement("features", .f32, [4])])
  }

  /// Kaggle's digit recogniser, in small: columns in any order, counted from 0 or 1.
  @Test func imagesInRows() throws {
    let digits = try table("label,pixel0,pixel1,pixel3,pixel2\n7,0,255,3,4\n1,5,6,7,8\n")
    let data = try digits.data()
    #expect(data.elements == [DataElement("image", .u8, [1, 2, 2]), DataElement("label", .i32, [], classes: ["1", "7"])])
    #expect(try data["image"] == HostTensor([2, 1, 2, 2], [0, 255, 4, 3, 5, 6, 8, 7] as [UInt8]))
    #expect(try table("label,pixel1,pixel2,pixel3,pixel4\n7,0,255,3,4\n1,5,6,7,8\n").data().elements[0].dtype == .u8)
    #expect(try table("pixel0,pixel1,pixel2,pixel3\n0,1,2,3\n").data(targets: []).elements == [DataElement("image", .u8, [1, 2, 2])])
    // No bytes, no square, other names, other numbers.
    for text in [
      "label,pixel0,pixel1,pixel2,pixel3\n7,0,256,3,4\n1,5,6,7,8\n", "label,pixel0,pixel1,pixel2,pixel3\n7,0,-1,3,4\n1,5,6,7,8\n",
      "label,pixel0,pixel1,pixel2,pixel3\n7,0,1.5,3,4\n1,5,6,7,8\n", "label,pixel0,pixel1,pixel2\n7,0,3,4\n1,5,6,7\n",
      "label,pixel0,pixel1,pixel2,q3\n7,0,1,3,4\n1,5,6,7,8\n", "label,pixel0,pixel1,pixel2,pixel4\n7,0,1,3,4\n1,5,6,7,8\n",
      "label,pixel2,pixel3,pixel4,pixel5\n7,0,1,3,4\n1,5,6,7,8\n",
    ] { #expect(try table(text).data().elements[0].dtype == .f32, "\(text)") }
  }

  /// Bytes that are no table: an error of ours, or a table.
  @Test func mutatedTables() throws {
    let whole = Array("a,b;\"c\"\n1,\"x\"\"y\",3\r\n4,\"z\n\",NA\n".utf8)
    var generator = PyTorchGenerator(seed: 9)
    let signs = Array("\",;\n\r\t a1.-e\0".utf8) + [0xff, 0xc3]
    for _ in 0..<3000 {
      var bytes = whole
      for _ in 0..<1 + generator.below(4) {
        let place = generator.below(bytes.count)
        switch generator.below(3) {
        case 0: bytes[place] = signs[generator.below(signs.count)]
        case 1: bytes.insert(signs[generator.below(signs.count)], at: place)
        case _: bytes.remove(at: place)
        }
      }
      do {
        let table = try CSVTable(bytes, file: "t.csv")
        for column in table.columns { _ = try table.texts(column.name) }
        _ = try table.data()
      } catch is MartletError {}
    }
  }
}
