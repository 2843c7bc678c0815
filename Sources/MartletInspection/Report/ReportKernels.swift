import MartletTraining
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// The kernels of a program with their texts, as the report's script reads them.
///
/// `{"kernels": [{"name", "about", "loop", "microseconds", "operations": [[source, FLOP], …], "texts": [{"title", "text", "lines", "inner"}]}], "texts": […]}`. `text`
/// is a number of the list `texts`, in which the name of the kernel is replaced by one character: kernels of equal layers share their texts. `lines` holds
/// for each line of the text the line of the loop IR that it comes from, 0 for none; `inner` is the first and last line of the innermost loop, `loop` what `llvm-mca` says of it.
struct ReportKernels {
  private let program: Program
  private let target: Target
  private let explainer: Explainer

  /// Stands for the kernel's name in shared texts: no text has this character.
  private static let nameMark = "\u{1}"
  /// Of so many kernels, the costliest ones, the inner loop is given to `llvm-mca`: each takes it some hundredths of a second.
  private static let analyzedKernels = 40

  init(_ explainer: Explainer, _ target: Target) {
    (program, self.target, self.explainer) = (explainer.program, target, explainer)
  }

  var members: KeyValuePairs<String, JSONValue?> {
    get throws {
      var numbers: [String: Int] = [:]
      var texts: [JSONValue] = []
      let times = program.kernels.indices.map(leastTime)
      let analyzed = Set(times.indices.sorted { (times[$0], $1) > (times[$1], $0) }.prefix(ReportKernels.analyzedKernels))
      let analyzer = MachineCodeAnalyzer(target)
      let kernels = try program.kernels.indices.map { index -> JSONValue in
        let lowered = program.kernels[index]
        let kernel = lowered.kernel
        func number(_ text: String) -> JSONValue {
          let shared = replacing(kernel.name, in: text)
          if let known = numbers[shared] { return .integer(known) }
          numbers[shared] = texts.count
          texts.append(.string(shared))
          return .integer(texts.count - 1)
        }
        var estimate: String?
        let map = try LineMap(kernel, target)
        var columns = [JSONValue.object(["title": .string("loop IR"), "text": number(kernel.description)])]
        for (title, text) in [("LLVM IR", map.emitted), ("LLVM IR, optimized", map.optimized), ("assembly", map.assembly)] {
          guard let text else { continue }
          var inner: ClosedRange<Int>?
          if title == "assembly" {
            inner = InnerLoop.range(ofAssembly: text.text)
            if analyzed.contains(index), let loop = InnerLoop.text(ofAssembly: text.text) {
              estimate = analyzer?.estimate(ofLoop: loop)
            }
          }
          columns.append(
            .object([
              "title": .string(title), "text": number(text.text), "lines": .list(text.sources.map { .integer($0 ?? 0) }),
              "inner": inner.map { .list([.integer($0.lowerBound), .integer($0.upperBound)]) },
            ]))
        }
        return .object([
          "name": .string(kernel.name), "about": .string(explainer.text(kernel: index)), "loop": estimate.map { .string($0) },
          "microseconds": .number(NumberText.significant(times[index] * 1e6)),
          "operations": .list(
            lowered.operations.compactMap { number in
              let operation = program.operations[number]
              return operation.source.map { .list([.integer($0), .integer(operation.floatingPointOperations)]) }
            }), "texts": .list(columns),
        ])
      }
      return ["kernels": .list(kernels), "texts": .list(texts)]
    }
  }

  /// What the cost model gives for a kernel at least: its share of the operations that it computes, or moving what it reads and writes once. Of an operation
  /// with several kernels, as Winograd's, the products compute it, and the others move data.
  private func leastTime(_ index: Int) -> Double {
    let operations = program.kernels[index].operations.reduce(0.0) { sum, number in
      let sharing = program.kernels.indices.filter { program.kernels[$0].operations.contains(number) }
      let products = sharing.filter { program.kernels[$0].kernel.name.contains(".product") }
      let computing = products.isEmpty ? sharing : products
      guard computing.contains(index) else { return sum }
      return sum + Double(program.operations[number].floatingPointOperations) / Double(computing.count)
    }
    return max(operations / explainer.costs.operationsPerSecond, program.bytes(ofKernel: index) / explainer.costs.bytesPerSecond)
  }

  /// A text in which a name is replaced by the mark.
  private func replacing(_ name: String, in text: String) -> String {
    let (bytes, wanted) = (Array(text.utf8), Array(name.utf8))
    guard let first = wanted.first else { return text }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == first, index + wanted.count <= bytes.count, bytes[index..<index + wanted.count].elementsEqual(wanted) {
        result += Array(ReportKernels.nameMark.utf8)
        index += wanted.count
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
