import CHost
import MartletCore
import MartletLoopIR

/// What this machine's processor can do, asked of the processor itself and of the operating system: a processor's name promises
/// features that a hypervisor may have masked.
package enum HostProcessor {
  /// LLVM's name of a feature, and where CPUID says that it is there.
  struct Feature {
    enum Register { case ebx, ecx }
    let name: String
    let level: InstructionSet
    let leaf: UInt32
    let register: Register
    let bit: UInt32
  }

  /// Features above plain x86-64, by the level that they belong to. Those of a level are used together.
  static let features: [Feature] = [
    Feature(name: "sse3", level: .avx2, leaf: 1, register: .ecx, bit: 0),
    Feature(name: "ssse3", level: .avx2, leaf: 1, register: .ecx, bit: 9),
    Feature(name: "fma", level: .avx2, leaf: 1, register: .ecx, bit: 12),
    Feature(name: "sse4.1", level: .avx2, leaf: 1, register: .ecx, bit: 19),
    Feature(name: "sse4.2", level: .avx2, leaf: 1, register: .ecx, bit: 20),
    Feature(name: "movbe", level: .avx2, leaf: 1, register: .ecx, bit: 22),
    Feature(name: "popcnt", level: .avx2, leaf: 1, register: .ecx, bit: 23),
    Feature(name: "avx", level: .avx2, leaf: 1, register: .ecx, bit: 28),
    Feature(name: "f16c", level: .avx2, leaf: 1, register: .ecx, bit: 29),
    Feature(name: "bmi", level: .avx2, leaf: 7, register: .ebx, bit: 3),
    Feature(name: "avx2", level: .avx2, leaf: 7, register: .ebx, bit: 5),
    Feature(name: "bmi2", level: .avx2, leaf: 7, register: .ebx, bit: 8),
    Feature(name: "lzcnt", level: .avx2, leaf: 0x8000_0001, register: .ecx, bit: 5),
    Feature(name: "avx512f", level: .avx512, leaf: 7, register: .ebx, bit: 16),
    Feature(name: "avx512dq", level: .avx512, leaf: 7, register: .ebx, bit: 17),
    Feature(name: "avx512cd", level: .avx512, leaf: 7, register: .ebx, bit: 28),
    Feature(name: "avx512bw", level: .avx512, leaf: 7, register: .ebx, bit: 30),
    Feature(name: "avx512vl", level: .avx512, leaf: 7, register: .ebx, bit: 31),
  ]

  /// Whether the processor has the feature.
  static func has(_ feature: Feature) -> Bool {
    let registers = host_cpuid(feature.leaf, 0)
    let word =
      switch feature.register {
      case .ebx: registers.ebx
      case .ecx: registers.ecx
      }
    return word >> feature.bit & 1 == 1
  }

  /// Whether the operating system saves the registers of a level: bits of XCR0.
  private static func savesRegisters(_ level: InstructionSet) -> Bool {
    let needed: UInt64 =
      switch level {
      case .sse2: 0
      case .avx2: 0b110
      case .avx512: 0b1110_0110
      }
    return host_saved_register_states() & needed == needed
  }

  /// The highest level of which this machine has everything.
  package static let instructionSet: InstructionSet = {
    var best = InstructionSet.sse2
    for level in [InstructionSet.avx2, .avx512] {
      guard savesRegisters(level), features.filter({ $0.level == level }).allSatisfy(has) else { break }
      best = level
    }
    return best
  }()

  /// Every feature of our list with + or -, for LLVM: what is above the level is switched off by name.
  static func featureList(_ level: InstructionSet) -> String {
    features.map { ($0.level <= level ? "+" : "-") + $0.name }.joined(separator: ",")
  }

  /// The features that the processor has, for `doctor`.
  package static var availableFeatures: [String] { features.filter(has).map(\.name) }

  /// The level that runs: the machine's, capped by `cap` or by `$MARTLET_ISA`.
  ///
  /// Throws `.usage` for an unknown name, `.unavailable` when the machine does not have what is asked for.
  package static func chosenInstructionSet(cap: InstructionSet? = nil, machine: InstructionSet = instructionSet) throws -> InstructionSet {
    if let cap {
      guard cap <= machine else {
        throw MartletError(
          CPUErrorCode.missingInstructionSet, "\(cap.rawValue) was asked for, this machine has \(machine.rawValue)",
          advice: "Ask for less or leave it out.")
      }
      return cap
    }
    guard let name = FileBytes.environment("MARTLET_ISA") else { return machine }
    guard let level = InstructionSet(rawValue: name) else {
      throw MartletError(
        CPUErrorCode.unknownInstructionSet, "MARTLET_ISA is '\(name)'",
        advice: "It is one of \(InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    return min(level, machine)
  }
}

extension Target {
  /// The instruction set of a processor. Throws `.lowering` for a GPU: its kernels do not become machine code here.
  func processor() throws -> InstructionSet {
    guard let instructionSet else {
      throw MartletError(CPUErrorCode.noInstruction, "kernels that were made for \(self) cannot be compiled for a processor")
    }
    return instructionSet
  }
}
