/// The vector instructions that kernels are made for. Ordered: a cap allows what is not above it.
package enum InstructionSet: String, CaseIterable, Hashable, Sendable, Comparable {
  case sse2, avx2, avx512

  package static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rank < b.rank }

  private var rank: Int {
    switch self {
    case .sse2: 0
    case .avx2: 1
    case .avx512: 2
    }
  }
}

/// What lowering and the emitters need to know of the machine that kernels are made for.
package struct Target: Hashable, Sendable {
  package enum Machine: Hashable, Sendable {
    /// Cores with vector registers: a kernel's loops run in one thread, neighbours in lanes.
    case processor(InstructionSet)
    /// A GPU that is programmed in CUDA C: a thread for each element of a result.
    case cuda
  }

  package var machine: Machine
  /// Whether kernels may call a BLAS library.
  package var hasMatrixLibrary: Bool

  package init(_ machine: Machine, hasMatrixLibrary: Bool = false) {
    self.machine = machine
    self.hasMatrixLibrary = hasMatrixLibrary
  }

  package init(_ instructionSet: InstructionSet, hasMatrixLibrary: Bool = false) {
    self.init(.processor(instructionSet), hasMatrixLibrary: hasMatrixLibrary)
  }

  package static let cuda = Target(Machine.cuda)

  /// Of a processor; nil for a GPU.
  package var instructionSet: InstructionSet? {
    switch machine {
    case .processor(let instructionSet): instructionSet
    case .cuda: nil
    }
  }

  // What follows from the kind of machine. Lowering and tools read these traits; none of them needs to know the machine's name.

  /// Whether a launch runs one thread for each element, or for each tile of them: kernels are mapped to blocks and threads, and have no vectors.
  package var mapsToThreads: Bool { machine == .cuda }
  /// Whether samples run in batch regions, a tile of them through many kernels; otherwise every launch is over whole tensors.
  package var runsBatchRegions: Bool { machine != .cuda }
  /// Whether readers compute pointwise values again instead of reading them from memory.
  package var recomputesPointwise: Bool { machine == .cuda }
  /// Whether kernels check by themselves that they may change variables: launches are queued before the host knows the loss.
  package var checksGuardsInKernels: Bool { machine == .cuda }
  /// Whether its memory is not the host's: tensors are copied there and back.
  package var hasOwnMemory: Bool { machine == .cuda }

  /// Whether the target is a processor with at least these instructions.
  package func has(_ instructions: InstructionSet) -> Bool { instructionSet.map { $0 >= instructions } ?? false }

  /// Bytes of a vector register. A thread of a GPU loads and stores 16 bytes at once.
  package var vectorBytes: Int {
    switch machine {
    case .processor(.sse2), .cuda: 16
    case .processor(.avx2): 32
    case .processor(.avx512): 64
    }
  }

  /// How many vector registers there are.
  package var vectorRegisters: Int {
    switch machine {
    case .processor(.sse2), .processor(.avx2): 16
    case .processor(.avx512): 32
    case .cuda: 64
    }
  }

  /// Multiply-adds, and loads, of f32 lanes that begin in a cycle: two of up to 32 bytes. Processors that do 64 bytes at a time do one.
  package static func vectorsPerCycle(lanes: Int) -> Double { lanes > 8 ? 1 : 2 }

  package var hasFusedMultiplyAdd: Bool {
    switch machine {
    case .processor(.sse2): false
    case .processor(.avx2), .processor(.avx512), .cuda: true
    }
  }

  /// `a * b + c`, with one rounding where the machine has that.
  package func multiplyAdd(_ a: Expr, _ b: Expr, _ c: Expr) -> Expr { hasFusedMultiplyAdd ? .fma(a, b, c) : a * b + c }

  /// As many lanes as a vector register has.
  package func lanes(_ element: ElementType) -> Int { Target.lanes(element, vectorBytes) }

  /// As many lanes as general lowering uses: at most 32 bytes. Rows of any shape begin anywhere, and a load of 64 bytes that does not
  /// begin on 64 touches two cache lines every time (an epoch of the reference model: 4.9 s with 16 lanes, 3.3 s with 8). It also makes
  /// the sums, and so the bits, of AVX2 and AVX-512 machines the same.
  package func generalLanes(_ element: ElementType) -> Int { Target.lanes(element, min(vectorBytes, 32)) }

  private static func lanes(_ element: ElementType, _ bytes: Int) -> Int {
    switch element {
    case .f64, .i64: bytes / 8
    case .f32, .i32, .u8, .mask: bytes / 4
    }
  }
}

extension Target: CustomStringConvertible {
  package var description: String {
    switch machine {
    case .processor(let instructionSet): instructionSet.rawValue
    case .cuda: "cuda"
    }
  }
}
