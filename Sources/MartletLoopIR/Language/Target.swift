/// The vector instructions that kernels are made for. Ordered: a cap allows what is not above it.
public enum InstructionSet: String, CaseIterable, Hashable, Sendable, Comparable {
  case sse2, avx2, avx512

  public static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rank < b.rank }

  private var rank: Int {
    switch self {
    case .sse2: 0
    case .avx2: 1
    case .avx512: 2
    }
  }
}

/// What lowering and the emitters need to know of the machine that kernels are made for.
public struct Target: Hashable, Sendable {
  public enum Machine: Hashable, Sendable {
    /// Cores with vector registers: a kernel's loops run in one thread, neighbours in lanes.
    case processor(InstructionSet)
    /// A GPU that is programmed in CUDA C: a thread for each element of a result.
    case cuda
  }

  public var machine: Machine
  /// Whether kernels may call a BLAS library.
  public var hasMatrixLibrary: Bool

  public init(_ machine: Machine, hasMatrixLibrary: Bool = false) {
    self.machine = machine
    self.hasMatrixLibrary = hasMatrixLibrary
  }

  public init(_ instructionSet: InstructionSet, hasMatrixLibrary: Bool = false) {
    self.init(.processor(instructionSet), hasMatrixLibrary: hasMatrixLibrary)
  }

  public static let cuda = Target(Machine.cuda)

  /// Of a processor; nil for a GPU.
  public var instructionSet: InstructionSet? {
    switch machine {
    case .processor(let instructionSet): instructionSet
    case .cuda: nil
    }
  }

  public var isGPU: Bool { machine == .cuda }

  /// Whether the target is a processor with at least these instructions.
  public func has(_ instructions: InstructionSet) -> Bool { instructionSet.map { $0 >= instructions } ?? false }

  /// Bytes of a vector register. A thread of a GPU loads and stores 16 bytes at once.
  public var vectorBytes: Int {
    switch machine {
    case .processor(.sse2), .cuda: 16
    case .processor(.avx2): 32
    case .processor(.avx512): 64
    }
  }

  /// How many vector registers there are.
  public var vectorRegisters: Int {
    switch machine {
    case .processor(.sse2), .processor(.avx2): 16
    case .processor(.avx512): 32
    case .cuda: 64
    }
  }

  /// Multiply-adds, and loads, of f32 lanes that begin in a cycle: two of up to 32 bytes. Processors that do 64 bytes at a time do one.
  public static func vectorsPerCycle(lanes: Int) -> Double { lanes > 8 ? 1 : 2 }

  public var hasFusedMultiplyAdd: Bool {
    switch machine {
    case .processor(.sse2): false
    case .processor(.avx2), .processor(.avx512), .cuda: true
    }
  }

  /// `a * b + c`, with one rounding where the machine has that.
  public func multiplyAdd(_ a: Expr, _ b: Expr, _ c: Expr) -> Expr { hasFusedMultiplyAdd ? .fma(a, b, c) : a * b + c }

  /// As many lanes as a vector register has.
  public func lanes(_ element: ElementType) -> Int { Target.lanes(element, vectorBytes) }

  /// As many lanes as general lowering uses: at most 32 bytes. Rows of any shape begin anywhere, and a load of 64 bytes that does not
  /// begin on 64 touches two cache lines every time (an epoch of the reference model: 4.9 s with 16 lanes, 3.3 s with 8). It also makes
  /// the sums, and so the bits, of AVX2 and AVX-512 machines the same.
  public func generalLanes(_ element: ElementType) -> Int { Target.lanes(element, min(vectorBytes, 32)) }

  private static func lanes(_ element: ElementType, _ bytes: Int) -> Int {
    switch element {
    case .f64, .i64: bytes / 8
    case .f32, .i32, .u8, .mask: bytes / 4
    }
  }
}

extension Target: CustomStringConvertible {
  public var description: String {
    switch machine {
    case .processor(let instructionSet): instructionSet.rawValue
    case .cuda: "cuda"
    }
  }
}
