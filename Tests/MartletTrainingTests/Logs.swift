import Foundation
import MartletCore
import TestSupport
import Testing

@testable import MartletTraining

/// Event files are the bytes that TensorBoard's own writer makes, and its reader finds the numbers in them.
@Suite struct TensorBoardFiles {
  /// As in Tests/Fixtures/make_loop_fixtures.py.
  private static let numbers: [(tag: String, value: Float, step: Int)] = [
    ("loss/training", 2.5, 1), ("loss/training", 1.0 / 3, 300), ("größe", -0.0, 0), ("accuracy", .nan, 70000),
    (String(repeating: "a", count: 200), .infinity, 1 << 40), ("a", 1e-3, -1),
  ]

  @Test func areTheBytesOfTensorBoardsWriter() throws {
    let expected = try FileBytes.read(Repository.path("Tests/Fixtures/loop.tfevents"))
    let bytes = TensorBoardFiles.numbers.reduce(TensorBoardRecord.version(wallTime: 1_700_000_000.25)) {
      $0 + TensorBoardRecord.scalar($1.tag, $1.value, step: $1.step, wallTime: 1_700_000_001.5)
    }
    #expect(bytes == expected)
  }

  /// The check value of CRC-32C, and varints at their borders.
  @Test func partsOfTheFormat() {
    #expect(TensorBoardRecord.checksum(Array("123456789".utf8)) == 0xe306_9283 && TensorBoardRecord.checksum([]) == 0)
    #expect(TensorBoardRecord.varint(0) == [0] && TensorBoardRecord.varint(127) == [127] && TensorBoardRecord.varint(128) == [0x80, 1])
    #expect(TensorBoardRecord.varint(.max) == [UInt8](repeating: 0xff, count: 9) + [1])
  }

  @Test func writersOfOneSecondHaveFilesOfTheirOwn() throws {
    let folder = try Repository.TemporaryFolder()
    let writers = try (0..<3).map { _ in try TensorBoardWriter(folder: "\(folder.path)/runs/first") }
    #expect(Set(writers.map(\.path)).count == 3)
    for writer in writers {
      let name = try #require(writer.path.split(separator: "/").last)
      #expect(name.wholeMatch(of: /events\.out\.tfevents\.[0-9]{10,}\.[-_A-Za-z0-9]+\.[0-9]+\.[0-9]+/) != nil, "\(name)")
    }
    // Each number is there at once, whole.
    let before = try FileBytes.read(writers[1].path)
    try writers[1].add("loss", 0.5, step: 3, wallTime: 12)
    let after = try FileBytes.read(writers[1].path)
    #expect(after == before + TensorBoardRecord.scalar("loss", 0.5, step: 3, wallTime: 12))
    try writers[1].flush()
    #expect(throws: MartletError.self) { try TensorBoardWriter(folder: writers[0].path) }
  }

  /// MARTLET_TORCH_PYTHON names a Python with the tensorboard package.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["MARTLET_TORCH_PYTHON"] != nil, "no Python with tensorboard"))
  func tensorBoardReadsThem() throws {
    let python = try #require(ProcessInfo.processInfo.environment["MARTLET_TORCH_PYTHON"])
    let folder = try Repository.TemporaryFolder()
    do {
      let writer = try TensorBoardWriter(folder: folder.path)
      for step in 1...1000 { try writer.add("loss", 1 / Double(step), step: step, wallTime: 1000 + Double(step) / 4) }
    }
    let second = try TensorBoardWriter(folder: folder.path)
    try second.add("accuracy", 0.75, step: 1000, wallTime: 2000)
    let result = try runProgram(python, [Repository.path("Tests/Fixtures/read_tensorboard.py"), folder.path])
    guard !result.errors.contains("No module named 'tensorboard'") else { return }
    let lines = result.output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    #expect(result.code == 0 && lines.count == 1001, "\(result.errors)")
    for line in lines {
      try #require(line.count == 4)
      let step = try #require(Int(line[1]))
      let (value, time) = line[0] == "loss" ? (Float(1 / Double(step)), 1000 + Double(step) / 4) : (0.75, 2000)
      #expect(Double(line[2]) == Double(value) && Double(line[3]) == time, "\(line)")
    }
  }
}

/// A run as a table.
@Suite struct TablesOfRuns {
  private let folder: Repository.TemporaryFolder
  private let path: String

  init() throws {
    folder = try Repository.TemporaryFolder()
    path = "\(folder.path)/run.csv"
  }

  private typealias Point = CSVLog.Point

  @Test func rowsAreThereAtOnce() throws {
    let log = try CSVLog(path, columns: ["loss", "top-5", "a,b", "say \"x\""])
    try log.add(Point(epoch: 1, step: 938), ["loss": 0.1, "a,b": .nan])
    #expect(try FileBytes.readText(path) == "epoch,step,loss,top-5,\"a,b\",\"say \"\"x\"\"\"\n1,938,0.1,,nan,\n")
    try log.add(Point(epoch: 2, step: 938), ["loss": 1e-8, "top-5": -.infinity, "say \"x\"": 3])
    #expect(try FileBytes.readText(path).hasSuffix("\n2,938,1e-8,-inf,,3.0\n"))
    // A new table takes the place of the old one.
    _ = try CSVLog(path, columns: ["loss"])
    #expect(try FileBytes.readText(path) == "epoch,step,loss\n")
  }

  /// A run that goes on leaves the table of a run that was never interrupted, wherever the first one was killed.
  @Test func resumedRunsWriteNoRowTwice() throws {
    let points = [
      Point(epoch: 1, step: 5), Point(epoch: 1, step: 10), Point(epoch: 2, step: 5), Point(epoch: 2, step: 10), Point(epoch: 10, step: 5),
    ]
    func write(_ log: CSVLog, _ points: some Sequence<Point>) throws {
      for point in points { try log.add(point, ["loss": 1 / Double(point.epoch * 10 + point.step)]) }
    }
    try write(CSVLog(path, columns: ["loss"]), points)
    let whole = try FileBytes.readText(path)
    // Before the header, behind it, and in and between rows.
    let header = "epoch,step,loss\n".utf8.count
    for killed in [0] + Array(stride(from: header, to: whole.utf8.count, by: 11)) + [whole.utf8.count - 1, whole.utf8.count] {
      for (number, checkpoint) in points.enumerated() {
        // The checkpoint may be older than the table, and the table shorter than the checkpoint.
        let head = Array(whole.utf8.prefix(killed))
        try FileBytes.write(head, to: path)
        let log = try CSVLog(path, columns: ["loss"], resumingAfter: checkpoint)
        let kept = String(decoding: head, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast().dropFirst()
        let expected = ["epoch,step,loss"] + kept.prefix(number + 1)
        #expect(try FileBytes.readText(path) == expected.map { $0 + "\n" }.joined())
        try write(log, points.dropFirst(number + 1))
        if kept.count > number { #expect(try FileBytes.readText(path) == whole) }
      }
    }
    try FileManager.default.removeItem(atPath: path)
    try write(CSVLog(path, columns: ["loss"], resumingAfter: points[0]), points)
    #expect(try FileBytes.readText(path) == whole)
  }

  @Test(arguments: [
    ("epoch,step,accuracy\n1,2,3\n", "begins with 'epoch,step,accuracy'"), ("epoch,st", "begins with 'epoch,st'"),
    ("epoch,step,loss\none,2,3\n", "row 1"), ("epoch,step,loss\n1,2,3\n\n", "row 2"), ("epoch,step,loss\n1\n", "row 1"),
    ("epoch,step,loss\n99999999999999999999,1,0\n", "row 1"),
  ]) func otherTablesAreRefused(_ text: String, _ part: String) throws {
    try FileBytes.write(Array(text.utf8), to: path)
    let error = try #require(throws: MartletError.self) { try CSVLog(path, columns: ["loss"], resumingAfter: Point(epoch: 1, step: 2)) }
    #expect(error.number == 1209 && error.message.contains(part), "\(error)")
    #expect(try FileBytes.readText(path) == text)
  }

  @Test func columnsAreChecked() throws {
    for columns in [["loss", "loss"], ["epoch"], ["loss", "step"], [""]] {
      #expect(throws: MartletError.self) { try CSVLog(path, columns: columns) }
    }
    let log = try CSVLog(path, columns: ["loss"])
    let error = try #require(throws: MartletError.self) { try log.add(Point(epoch: 1, step: 1), ["lost": 1]) }
    #expect(error.number == 1209 && error.message.contains("'lost'"))
    #expect(try FileBytes.readText(path) == "epoch,step,loss\n")
    try FileBytes.write([0xff], to: path)
    #expect(throws: MartletError.self) { try CSVLog(path, columns: ["loss"], resumingAfter: Point(epoch: 1, step: 1)) }
    #expect(throws: MartletError.self) { try CSVLog("\(folder.path)/none/run.csv", columns: ["loss"]) }
    #expect(throws: MartletError.self) { try CSVLog(folder.path, columns: ["loss"]) }
  }
}
