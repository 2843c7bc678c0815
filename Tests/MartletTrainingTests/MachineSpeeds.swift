import Foundation
import MartletCPU
import MartletCore
import MartletGraph
import MartletLayers
import MartletRuntime
import TestSupport
import Testing

@testable import MartletInspection

/// What `bench` says of the machine that it measures on, and where the roofline draws kernels.
@Suite struct MachineSpeeds {
  /// Peaks of one thread in GFLOP/s, one after the other, the last one again and again.
  private final class Peaks {
    private var rest: [Double]
    private(set) var count = 0

    init(_ peaks: [Double]) { rest = peaks }

    func next() -> Double {
      count += 1
      return (rest.count > 1 ? rest.removeFirst() : rest[0]) * 1e9
    }
  }

  private static func result(peaks: [Double]) throws -> (result: StepBenchmark.Result, measurements: Int) {
    let source = Peaks(peaks)
    let probe = MachineProbe(peak: source.next, memory: { 20e9 }, cache: { 200e9 })
    let benchmark = StepBenchmark(MNISTCNN(), name: "mnist-cnn", batch: 16, on: try CPUBackend(threads: 2), threads: 2)
    return (try benchmark.run(rounds: 9, seconds: 0, probe: probe), source.count)
  }

  /// Both sides of the largest spread, and what is no peak.
  @Test func steadyMachinesStayWithinAQuarter() {
    #expect(MachineSpeed(peaks: [100, 125, 110]).isSteady && MachineSpeed(peaks: [1]).isSteady)
    #expect(!MachineSpeed(peaks: [100, 126, 110]).isSteady && !MachineSpeed(peaks: [126, 100]).isSteady)
    for peaks in [[], [0, 0], [100, .nan], [100, .infinity], [-1, -1]] { #expect(!MachineSpeed(peaks: peaks).isSteady, "\(peaks)") }
    #expect(MachineSpeed(peaks: [100e9, 125e9]).warning(threads: 2) == nil)
    let warning = MachineSpeed(peaks: [150e9, 10e9, 120e9]).warning(threads: 2) ?? ""
    #expect(warning.contains("between 20 and 300 GFLOP/s: the machine is busy"), "\(warning)")
  }

  /// The peak is measured before, between and after; one that falls in the middle is found, and no share is printed or drawn.
  @Test func busyMachinesAreSaid() throws {
    // The first number only warms clocks up; the second is before, the third between two rounds, the last after all.
    let (busy, measurements) = try MachineSpeeds.result(peaks: [1, 100, 8, 100, 100])
    #expect(measurements == 5 && busy.speed.peaks == [100e9, 8e9, 100e9, 100e9] && !busy.speed.isSteady, "\(busy.speed)")
    let report = BenchmarkReport(busy, title: "mnist-cnn")
    let table = report.table.joined(separator: "\n")
    #expect(table.contains("warning: the peak varied between 16 and 200 GFLOP/s"), "\(table)")
    #expect(table.contains("all threads: 16 to 200 GFLOP/s"), "\(table)")
    let rows = report.jsonLines
    #expect(rows.filter { $0.contains("\"kernel\"") }.allSatisfy { $0.contains("\"percent_of_peak\": null") })
    #expect(rows[0].contains("\"steady\": false") && rows[0].contains("\"lowest_peak_gflops\": 16"), "\(rows[0])")
    let picture = BenchmarkPlot(busy, title: "mnist-cnn").svg
    #expect(picture.contains("Not drawn: the peak varied between 16 and 200 GFLOP/s") && !picture.contains("class=\"roof\""))
    #expect(!picture.contains("class=\"kernel"))
  }

  @Test func steadyMachinesHaveRoofs() throws {
    let (steady, _) = try MachineSpeeds.result(peaks: [100])
    let report = BenchmarkReport(steady, title: "mnist-cnn")
    let table = report.table.joined(separator: "\n")
    #expect(
      !table.contains("warning") && table.contains("all threads: 200 GFLOP/s; memory: 20.0 GB/s; level-2 caches: 200 GB/s"), "\(table)")
    #expect(table.contains("w: Winograd performs fewer") && table.contains("p: a pooling's gradient"), "\(table)")
    #expect(report.jsonLines.filter { $0.contains("\"kernel\"") }.allSatisfy { !$0.contains("\"percent_of_peak\": null") })
    let picture = BenchmarkPlot(steady, title: "mnist-cnn").svg
    for text in [
      "peak of 2 threads: 200 GFLOP/s", "memory: 20 GB/s", "level-2 caches: 200 GB/s", "Winograd performs fewer multiplications",
      "may stand above the slope of memory", "class=\"kernel winograd\"", "class=\"kernel pooling\"", "<circle class=\"kernel\"",
    ] { #expect(picture.contains(text), "\(text)") }
    #expect(picture.components(separatedBy: "class=\"roof\"").count == 4)
    // What lowering notes of its kernels says which of them skip work.
    func skips(_ name: String) throws -> SkippedWork? { try #require(steady.groups.first { $0.name.hasPrefix(name) }).skips }
    #expect(try skips("conv2.0.conv2d_add_max_pool2d_relu") == .winograd && skips("conv2.0.relu_grad_max_pool2d_grad") == .pooling)
    #expect(try skips("conv1.0.relu_grad_max_pool2d_grad") == .pooling && skips("out.matmul_add") == nil)
    #expect(try skips("conv1.0.conv2d_add_max_pool2d_relu") == nil)
  }

  /// A group with so many operations, bytes and nanoseconds.
  private static func group(_ name: String, _ operations: Double, _ bytes: Double, nanoseconds: Double) -> StepBenchmark.Group {
    StepBenchmark.Group(
      name: name, fused: StepBenchmark.Sample(seconds: [nanoseconds * 1e-9]), unfused: StepBenchmark.Sample(seconds: [1]),
      paddedOperations: operations, realOperations: operations, bytes: bytes, skips: nil)
  }

  /// Every point is where its numbers say, also far above the roof and far from the others: nothing is moved to the edge.
  @Test func pointsAreNotClamped() {
    let groups = [
      // 24 times the peak, 4,000 operations a byte; and 1/1024 of an operation a byte, 0.001 GFLOP/s.
      MachineSpeeds.group("fast", 4000 * 1024, 1024, nanoseconds: 4000 * 1024 / 2400),
      MachineSpeeds.group("slow", 64, 65536, nanoseconds: 64000),
    ]
    let result = StepBenchmark.Result(
      groups: groups, fusedStep: StepBenchmark.Sample(seconds: [1]), unfusedStep: StepBenchmark.Sample(seconds: [1]),
      speed: MachineSpeed(peaks: [100e9], memory: 25e9), threads: 2, mapsToThreads: false, error: 0, reference: .interpreter)
    let roofline = Roofline(result, groups, top: 0, width: 980)
    #expect(roofline.points.count == 2 && abs(roofline.points[0].rate - 4800e9) < 1e9 && roofline.points[1].intensity == 1.0 / 1024)
    for point in roofline.points {
      #expect(roofline.horizontal.contains(log2(point.intensity)) && roofline.vertical.contains(log2(point.rate * 1e-9)), "\(point)")
    }
    // Both axes are logarithmic: twice as much is as far everywhere.
    let step = roofline.x(2) - roofline.x(1)
    let rise = roofline.y(1e9) - roofline.y(2e9)
    #expect(step > 0 && abs(roofline.x(2048) - roofline.x(1024) - step) < 1e-6)
    #expect(rise > 0 && abs(roofline.y(64e9) - roofline.y(128e9) - rise) < 1e-6)
    #expect(abs(roofline.x(1.0 / 1024) - (roofline.x(1) - 10 * step)) < 1e-6)
    #expect(roofline.text.contains("memory: 25 GB/s") && !roofline.text.contains("level-2"))
  }

  /// The triad's arrays are twice as large as the last cache, and neither small nor huge.
  @Test func arraysExceedTheCache() {
    let sizes = [(nil, 16), (1, 16), (8, 16), (9, 18), (32, 64), (127, 254), (128, 256), (129, 256), (4096, 256)] as [(Int?, Int)]
    for (cache, array) in sizes {
      #expect(BandwidthMeasurement.arrayBytes(lastCache: cache.map { $0 << 20 }) == array << 20, "\(cache ?? 0)")
    }
    #expect(ProcessorCaches.bytes("32K") == 32768 && ProcessorCaches.bytes("2M") == 2 << 20 && ProcessorCaches.bytes("1G") == 1 << 30)
    for text in ["", "K", "32", "-1K", "0K", "x2M", "99999999999999999999K", "32KB"] {
      #expect(ProcessorCaches.bytes(text) == nil, "\(text)")
    }
  }

  /// What is measured is something, and caches are at least as fast as memory on an idle machine; a busy one may be slower for a while.
  @Test func bandwidthsAreMeasured() throws {
    let backend = try CPUBackend(threads: 2)
    let memory = try BandwidthMeasurement.memory(of: backend)
    #expect(memory > 1e8 && memory < 1e13, "\(memory)")
    let cache = try BandwidthMeasurement.cache(of: backend, threads: 2)
    #expect(cache.map { $0 > memory / 2 && $0 < 1e14 } ?? true, "\(cache ?? 0), \(memory)")
  }
}
