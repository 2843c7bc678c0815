import MartletCUDA
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime
import TestSupport
import Testing

/// Kernels that general lowering does not make: vectors, bit masks, local arrays, block and thread loops. The emulated text and the interpreter
/// of kernels give the same bits.
@Suite struct HandWrittenGPUKernels {
  /// One kernel sums over the parallel loop, into a shard: on a GPU that would be a race.
  static let names = Repository.files("Tests/MartletLoopIRTests/Kernels", suffix: ".kir").filter { $0 != "outer_products.kir" }

  /// A kernel alone as a program: every parameter is memory that it reads and may write.
  private func run(_ kernel: Kernel, _ arguments: [HostTensor], _ backend: any Backend) throws -> [HostTensor] {
    let program = try Program(
      name: kernel.name,
      parameters: zip(kernel.parameters, arguments).map { Program.Parameter(name: $0.name, role: .state, type: $1.type) },
      results: zip(kernel.parameters, arguments).enumerated().compactMap { position, pair in
        pair.0.access == .read ? nil : Program.Result(name: pair.0.name, type: pair.1.type, updates: position)
      },
      kernels: [LoweredKernel(kernel)], launches: [.kernel(0, kernel.parameters.indices.map { .parameter($0) })], temporaries: [])
    let executable = try backend.load(program)
    let buffers = try arguments.map { tensor in
      let buffer = try backend.makeBuffer(tensor.type)
      try buffer.write(tensor)
      return buffer
    }
    try executable.run(buffers, [])
    return try buffers.map { try $0.read() }
  }

  private func check(_ kernel: Kernel) throws {
    let arguments = kernel.parameters.enumerated().map { position, parameter in
      let type = TensorType(parameter.element == .i32 ? .i32 : parameter.element == .u8 ? .u8 : .f32, Shape(parameter.shape))
      let range: OperationSample.Fill =
        type.dtype != .f32 ? .integers(0, 4) : kernel.name == "adam" && parameter.name == "v" ? .uniform(0, 1) : .uniform(-2, 2)
      return fill(type, range, seed: UInt64(position + 1))
    }
    let expected = try run(kernel, arguments, LoopInterpreterBackend(.cuda))
    for seed in [0, 3] as [UInt32] {
      let found = try run(kernel, arguments, try testGPU(order: seed))
      for (position, parameter) in kernel.parameters.enumerated() {
        #expect(found[position] == expected[position], "\(kernel.name) %\(parameter.name), order \(seed)")
      }
    }
  }

  /// The processor's templates in small, for one call: their memory belongs to all.
  @Test(arguments: names) func templates(_ name: String) throws {
    var kernel = try KernelParser.parse(try FileBytes.readText(Repository.path("Tests/MartletLoopIRTests/Kernels/\(name)")), file: name)
    for position in kernel.parameters.indices {
      kernel.parameters[position].space = .global
      // What is not written stays as it was, in the interpreter too.
      if kernel.parameters[position].access == .write { kernel.parameters[position].access = .update }
    }
    (kernel.over, kernel.tile) = (kernel.multiple, nil)
    try check(kernel)
  }

  @Test(arguments: [
    """
    kernel @lanes(%x: read global f32[3, 16], %k: read global i32[3, 16], %y: write global f32[3, 64], %m: write global i32[3, 40]) over 3 {
      for i in begin ..< end parallel {
        let %a = %x[i, 0 : 8]; let %b = %x[i, 8 : 8]; let %c = %k[i, 0 : 8]
        %y[i, 0 : 8] = fma(%a, %b, splat8(%x[i, 3])) - 0.5 * (%a - %b) / (abs(%b) + 1.0)
        %y[i, 8 : 8] = select(%a < %b and not(isnan(%a)), max(%a, %b), min(floor(%a), round(%b)))
        %y[i, 16 : 8] = permute4(%a, %c) + permute(%b, %c) + sqrt(abs(%a))
        %y[i, 24 : 8] = shuffle(%a, %b, [0, 9, 2, 11, 15, 4, 8, 1])
        %y[i, 32] = sum(%a); %y[i, 33] = maximum(%b); %y[i, 34] = extract(%a, 5) - -extract(%b, 2)
        %y[i, 40 : 8 first 5] = -%a; %y[i, 45 : 4] = %x[i, 5 : 4 first 3]; %y[i, 49 : 8] = f32(%c) + [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
        %y[i, 35 : 4] = 0.0; %y[i, 39] = 0.0; %y[i, 57 : 4] = 0.0; %y[i, 61 : 2] = 0.0; %y[i, 63] = opaque(1.0e-9)
        %m[i, 0 : 8] = (%c & 1 | %c ^ 2 & 3) + (%c << 2) - (%c * 1073741824 >> 3)
        %m[i, 8 : 8] = bitcast i32(%a) + abs(-%c) + popcount(%c)
        var %n: i32 = 0
        for b in bits(movemask(%a < %b) | i64(ctz(%k[i, 9])) << 8, 12) { %n = %n + 1 << i32(b) }
        %m[i, 16] = %n; %m[i, 17] = i32(%x[i, 2] * 100.0); %m[i, 18] = popcount(%n) + ctz(%n); %m[i, 19] = i32(i64(%n) * i64(%n) >> 33)
        %m[i, 20 : 4] = 0; %m[i, 24 : 16] = 0
      }
    }
    """,
    """
    kernel @grid(%x: read global f32[6, 40], %y: write global f32[6, 40]) over 6 {
      for r in begin ..< end block(y) { for c in 0 ..< 40 step 20 block(x) { for t in 0 ..< 20 step 2 thread(x) { for u in 0 ..< 2 thread(y) {
        array %a: f32[3] local
        for j in 0 ..< 3 { %a[j] = %x[r, c + t + u] if c + t + u + j in 2 ..< 41 else 0.25 }
        when r in 1 ..< 5 { %y[r, c + t + u] = %a[0] * %a[1] } else { %y[r, c + t + u] = %a[(r + t) % 3] }
      } } } }
    }
    """,
    """
    kernel @blocks(%x: read global f32[5, 64], %y: write global f32[5, 64], %s: write global f32[5, 2]) over 5 {
      for b in begin ..< end block(x) {
        array %a: f32[64] shared
        for t in 0 ..< 64 thread(x) {
          %a[t] = %x[b, t]
          barrier
          let %r = %a[63 - t]
          let %u = warp_xor(%r, 16); let %w = warp_lane(%r, 3)
          for i in 0 ..< 3 {
            let %n = %a[(t + 1 + i) % 64]
            barrier
            %a[t] = %n + %w
            barrier
          }
          %y[b, t] = %a[t] + %u
          when b in 1 ..< 4 {
            barrier
            %a[t] = %u
            barrier
            when t in 0 ..< 2 { %s[b, t] = %a[5 + t] }
          } else { when t in 0 ..< 2 { %s[b, t] = %x[b, t] } }
        }
      }
    }
    """,
    """
    kernel @grid2(%x: read global i32[3, 4, 32], %y: write global i32[3, 4, 32]) over 3 {
      for b in begin ..< end block(y) { for u in 0 ..< 4 thread(y) { for t in 0 ..< 32 thread(x) {
        array %a: i32[4, 32] shared
        %a[u, t] = %x[b, u, t]
        barrier
        let %e = warp_xor(%a[3 - u, t], 31)
        %y[b, u, t] = %e + %a[u, (t + 7) % 32]
      } } }
    }
    """,
    """
    kernel @negative(%y: write global i32[9, 5], %z: write global u8[9]) over 9 {
      for i in begin ..< end parallel {
        %y[i, 0] = i32((i - 4) / 3); %y[i, 1] = i32((i - 4) % 3); %y[i, 2] = -2147483648; %y[i, 3] = i32(i64(-9223372036854775807) >> 60)
        %y[i, 4] = i32(i % 4 + (i / 2 + 1) % 3 * 7); %z[i] = i32(300 * i)
      }
    }
    """,
  ]) func constructs(_ text: String) throws { try check(try KernelParser.parse(text)) }

  /// A missing barrier is found, whatever the order of threads is; so is one that not all threads reach.
  @Test func races() throws {
    func kernel(_ body: String) throws -> Kernel {
      try KernelParser.parse(
        """
        kernel @race(%x: read global f32[2, 32], %y: write global f32[2, 32]) over 2 {
          for b in begin ..< end block(x) { array %a: f32[32] shared
            for t in 0 ..< 32 thread(x) { \(body) } }
        }
        """)
    }
    let x = fill(TensorType(.f32, [2, 32]), .uniform(-1, 1), seed: 1)
    for body in [
      "%a[t] = %x[b, t]; %y[b, t] = %a[31 - t]", "%a[t] = %x[b, t]; barrier; %y[b, t] = %a[31 - t]; %a[t] = 0.0",
      "%a[0] = %x[b, t]; barrier; %y[b, t] = %a[0]",
    ] {
      let racy = try kernel(body)
      try racy.verify()
      let error = #expect(throws: MartletError.self, "\(body)") { try run(racy, [x, x], LoopInterpreterBackend(.cuda)) }
      #expect(error?.message.contains("race: threads") ?? false, "\(body): \(error?.message ?? "")")
    }
    for (body, reason) in [
      ("when t in 0 ..< 16 { barrier }; %y[b, t] = 0.0", "may differ"), ("when %x[b, t] > 0.0 { barrier }; %y[b, t] = 0.0", "may differ"),
      ("for i in 0 ..< t { barrier }; %y[b, t] = 0.0", "may differ"), ("let %e = warp_xor(%x[b, t], 32); %y[b, t] = %e", "32 threads"),
      ("let k = index(i32(%x[b, 0]), 0 ..< 2); for i in 0 ..< k { barrier }; %y[b, t] = 0.0", ""),
    ] {
      guard !reason.isEmpty else { try kernel(body).verifyStructure(); continue }
      let error = #expect(throws: MartletError.self, "\(body)") { try kernel(body).verifyStructure() }
      #expect(error?.message.contains(reason) ?? false, "\(body): \(error?.message ?? "")")
    }
    let error = #expect(throws: MartletError.self) {
      try KernelParser.parse(
        "kernel @k(%y: write global f32[4]) over 4 { for n in begin ..< end parallel { barrier; %y[n] = 1.0 } }"
      ).verifyStructure()
    }
    #expect(error?.message.contains("outside of a thread loop") ?? false)
  }

  /// Block and thread loops are printed, read back, and are what a launch can have.
  @Test func launchLoops() throws {
    func kernel(_ body: String) throws -> Kernel {
      try KernelParser.parse("kernel @k(%y: write global f32[8, 8]) over 8 { \(body) }")
    }
    let good = try kernel("for b in begin ..< end block(x) { for t in 0 ..< 8 thread(x) { %y[b, t] = 1.0 } }")
    try good.verify()
    #expect(try KernelParser.parse(good.description) == good)
    let geometry = try LaunchGeometry(good, range: 2..<7)
    #expect(geometry.blocks == [5, 1, 1] && geometry.threads == [8, 1, 1])
    for (body, reason) in [
      ("for t in 0 ..< 8 thread(x) { for b in begin ..< end block(x) { %y[b, t] = 1.0 } }", "inside a thread loop"),
      ("for b in begin ..< end block(x) { for c in 0 ..< 8 block(x) { %y[b, c] = 1.0 } }", "one loop an axis"),
      ("for b in begin ..< end block(x) { for t in 0 ..< b thread(x) { %y[b, t] = 1.0 } }", "must be constant"),
      ("for b in begin ..< end block(x) { for c in 0 ..< b block(y) { %y[b, c] = 1.0 } }", "depends on an index"),
      ("for b in begin ..< end block(x) { for j in 0 ..< 8 { for t in 0 ..< 8 thread(x) { %y[b, t] = 1.0 } } }", "inside other statements"),
      (
        "for b in begin ..< end block(x) { when b in 0 ..< 3 { for t in 0 ..< 8 thread(x) { %y[b, t] = 1.0 } } }", "inside other statements"
      ),
      ("for b in begin ..< end block(x) { for n in 0 ..< 8 parallel { %y[b, n] = 1.0 } }", "do not nest"),
      ("for b in begin ..< end block(x) { %y[0, 0] = 1.0 }", "not subscripted"),
    ] {
      let error = #expect(throws: MartletError.self, "\(body)") { try kernel(body).verifyStructure() }
      #expect(error?.message.contains(reason) ?? false, "\(body): \(error?.message ?? "")")
    }
  }
}
