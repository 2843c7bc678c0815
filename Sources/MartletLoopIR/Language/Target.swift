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

/// What lowering and the emitters need to know of a processor.
public struct Target: Hashable, Sendable {
  public var instructionSet: InstructionSet
  /// Whether kernels may call a BLAS library.
  public var hasMatrixLibrary: Bool

  public init(_ instructionSet: InstructionSet, hasMatrixLibrary: Bool = false) {
    self.instructionSet = instructionSet
    self.hasMatrixLibrary = hasMatrixLibrary
  }

  /// Bytes of a vector register.
  public var vectorBytes: Int {
    switch instructionSet {
    case .sse2: 16
    case .avx2: 32
    case .avx512: 64
    }
  }

  /// How many vector registers there are.
  public var vectorRegisters: Int {
    switch instructionSet {
    case .sse2, .avx2: 16
    case .avx512: 32
    }
  }

  /// Multiply-adds, and loads, of f32 lanes that begin in a cycle: two of up to 32 bytes. Processors that do 64 bytes at a time do one.
  public static func vectorsPerCycle(lanes: Int) -> Double { lanes > 8 ? 1 : 2 }

  public var hasFusedMultiplyAdd: Bool {
    switch instructionSet {
    case .sse2: false
    case .avx2, .avx512: true
    }
  }

  /// `a * b + c`, with one rounding where the processor has that.
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
