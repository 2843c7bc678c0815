import MartletCore
import MartletLoopIR

/// The texts of a kernel on its way to machine code, and for each of their lines the line of the loop IR that it comes from.
///
/// LLVM carries the lines through its passes as debug information, the line of the loop IR as the line of the source; what it prints beside that
/// is taken out again. Debug information changes no code: the texts are those that are printed without it.
package struct LineMap: Sendable {
  package struct Text: Sendable {
    package var text: String
    /// For each line of the text.
    package var sources: [Int?]
  }

  /// Our LLVM IR.
  package let emitted: Text
  /// After LLVM's passes.
  package let optimized: Text?
  package let assembly: Text?

  /// Compiles a kernel; without LLVM there is our text only.
  package init(_ kernel: Kernel, _ target: Target) throws {
    let prepared = try kernel.numberingLines.prepared(for: target)
    let (text, sources) = try LLVMEmitter.traced(prepared, target)
    emitted = Text(text: text, sources: sources)
    do { try LLVMLibrary.load() } catch {
      (optimized, assembly) = (nil, nil)
      return
    }
    let passes = KernelCompiler.passes(for: prepared)
    let located = LineMap.locating(emitted)
    func compiled(_ output: LLVMLibrary.Output) throws -> String {
      let bytes = try LLVMLibrary.compile(located, name: kernel.name, target.processor(), passes: passes, output: output)
      return String(decoding: bytes, as: UTF8.self)
    }
    optimized = LineMap.readingIR(try compiled(.optimizedIR))
    assembly = LineMap.readingAssembly(try compiled(.assembly))
  }

  // MARK: Writing

  /// The text with a location at every instruction of the kernel's body. Source of the form: LLVM's language reference, "Debug Info".
  private static func locating(_ text: Text) -> String {
    var lines: [String] = []
    var isBody = false
    for (line, source) in zip(text.text.split(separator: "\n", omittingEmptySubsequences: false), text.sources) {
      if line.hasPrefix("define internal"), line.hasSuffix("{") {
        isBody = true
        lines.append(line.dropLast() + "!dbg !1 {")
      } else if isBody, line.hasPrefix("  ") {
        lines.append("\(line), !dbg !DILocation(line: \(source ?? 0), scope: !1)")
      } else {
        if line == "}" { isBody = false }
        lines.append(String(line))
      }
    }
    return lines.joined(separator: "\n") + """

      !llvm.dbg.cu = !{!0}
      !llvm.module.flags = !{!4}
      !0 = distinct !DICompileUnit(language: DW_LANG_C, file: !2, isOptimized: true, emissionKind: DebugDirectivesOnly)
      !1 = distinct !DISubprogram(name: "kernel", file: !2, type: !3, unit: !0, spFlags: DISPFlagDefinition)
      !2 = !DIFile(filename: "kernel", directory: "")
      !3 = !DISubroutineType(types: !{})
      !4 = !{i32 2, !"Debug Info Version", i32 3}

      """
  }

  // MARK: Reading

  /// Locations are `!dbg !12` at the end of an instruction, and lines such as `!12 = !DILocation(line: 7, scope: !1)` at the end of the text.
  private static func readingIR(_ text: String) -> Text {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var locations: [Substring: Int] = [:]
    for line in lines where line.hasPrefix("!") {
      guard let end = line.firstIndex(of: " "), let start = line.firstRange(of: "!DILocation(line: ") else { continue }
      locations[line[..<end]] = Int(line[start.upperBound...].prefix { $0.isNumber })
    }
    var result = Text(text: "", sources: [])
    for line in lines where !line.hasPrefix("!") {
      guard let mark = line.firstRange(of: ", !dbg !") ?? line.firstRange(of: " !dbg !") else {
        result.append(line, nil)
        continue
      }
      let name = line[line.index(mark.upperBound, offsetBy: -1)...].prefix { $0 == "!" || $0.isNumber }
      let rest = line[line.index(mark.upperBound, offsetBy: name.count - 1)...]
      // A line that LLVM made up is line 0.
      result.append(line[..<mark.lowerBound] + rest, locations[name].flatMap { $0 > 0 ? $0 : nil })
    }
    return result.trimmed
  }

  /// Locations are lines such as `.loc 1 7 0`, which hold until the next one; labels and tables for a debugger go too.
  private static func readingAssembly(_ text: String) -> Text {
    var result = Text(text: "", sources: [])
    var source: Int?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let words = line.split { $0 == " " || $0 == "\t" }
      switch words.first {
      case ".loc":
        source = words.count > 2 ? Int(words[2]).flatMap { $0 > 0 ? $0 : nil } : nil
        continue
      case ".file" where words.count > 1 && words[1].first?.isNumber == true: continue
      default: break
      }
      if line.hasPrefix("\t.cfi_") { continue }
      if line.hasPrefix(".Ltmp") || line.hasPrefix(".Lfunc_begin") || line.contains("\t.section\t.debug_") { continue }
      let isInstruction = line.hasPrefix("\t") && !line.hasPrefix("\t.") && !line.hasPrefix("\t#")
      if line.hasPrefix("\t.globl") || line.hasPrefix("\t.type") { source = nil }
      result.append(line, isInstruction ? source : nil)
    }
    return result.trimmed
  }
}

extension LineMap.Text {
  fileprivate mutating func append(_ line: some StringProtocol, _ source: Int?) {
    text += line + "\n"
    sources.append(source)
  }

  /// Without empty lines at the end.
  fileprivate var trimmed: LineMap.Text {
    var result = self
    while result.text.hasSuffix("\n\n"), !result.sources.isEmpty {
      result.text.removeLast()
      result.sources.removeLast()
    }
    return result
  }
}
