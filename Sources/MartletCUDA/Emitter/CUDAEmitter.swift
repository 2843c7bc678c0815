import MartletCore
import MartletLoopIR

/// Writes kernels as CUDA C. A pure function from kernel to text: no CUDA is needed. The text includes no header; NVRTC and nvcc compile it
/// as it is, with `CUDAEmitter.options`.
///
/// A kernel becomes `extern "C" __global__ void name(buffers…, int begin, int end)`; its block and thread loops become `blockIdx` and
/// `threadIdx`. What the loop IR says is what is computed: a fused multiply-add is written out, so the compiler must not make its own.
package enum CUDAEmitter {
  /// How the text is to be compiled: nothing is contracted, small numbers become zero as on the processor, division and root round correctly.
  package static let options = ["--fmad=false", "--ftz=true", "--prec-div=true", "--prec-sqrt=true"]

  /// One kernel's function, without the helpers that it calls. The kernel must be prepared for a GPU.
  ///
  /// Throws `.lowering` for what a GPU cannot run.
  package static func function(_ kernel: Kernel) throws -> (text: String, helpers: Set<CUDAHelper>) {
    var emitter = try CUDAFunctionEmitter(kernel)
    return (try emitter.function(), emitter.helpers)
  }

  /// A text that can be compiled: the helpers that the kernels need, then the kernels, each under its title.
  package static func module(_ kernels: [Kernel], title: (Int) throws -> String = { _ in "" }) throws -> String {
    let functions = try kernels.map { try function($0) }
    let prelude = CUDAHelper.text(functions.reduce([]) { $0.union($1.helpers) })
    let titled = try functions.enumerated().map { try title($0.offset) + $0.element.text }
    return ((prelude.isEmpty ? [] : [prelude]) + titled).joined(separator: "\n")
  }

  /// The name of a kernel's function: its own with `_` for what C does not allow. There is one at least: `exp` and `erf` are functions of C.
  package static func symbol(_ kernel: Kernel) -> String {
    let name = CUDANames.identifier(kernel.name)
    return name.contains("_") ? name : "\(name)_kernel"
  }

  static func text(_ element: ElementType) -> String {
    switch element {
    case .f32: "float"
    case .f64: "double"
    case .i32: "int"
    case .i64: "long long"
    case .u8: "unsigned char"
    case .mask: "bool"
    }
  }

  static func text(_ type: ValueType) -> String {
    type.lanes == 1 ? text(type.element) : "Vector<\(text(type.element)), \(type.lanes)>"
  }
}

/// Names that C allows, each used once in a function.
struct CUDANames {
  private let supply = NameSupply(reserved: reserved)
  private var data: [String: String] = [:]
  private var indices: [String: String] = [:]

  /// Words of C++, names of CUDA that kernels use, and those of the helpers.
  private static let reserved: Set<String> = Set(
    """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl const constexpr continue decltype default delete
    do double else enum explicit export extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq
    nullptr operator or or_eq private protected public register return short signed sizeof static struct switch template this throw true try
    typedef typename union unsigned using virtual void volatile wchar_t while xor xor_eq blockIdx threadIdx blockDim gridDim warpSize sinf
    cosf erff powf fmodf sqrtf fabsf floorf rintf sin cos erf pow fmod sqrt fabs floor rint LANES INFIX BINARY UNARY CAST add subtract multiply divide
    less greater equal both either select convert splat load store permute sum largest movemask
    """.split(whereSeparator: \.isWhitespace).map(String.init)
  ).union(CUDAHelper.allCases.map(\.rawValue))

  static func identifier(_ name: String) -> String {
    let text = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    return text.first.map { $0.isNumber } ?? true ? "v\(text)" : text
  }

  mutating func defineData(_ name: String) -> String {
    let fresh = supply.fresh(CUDANames.identifier(name))
    data[name] = fresh
    return fresh
  }

  mutating func defineIndex(_ name: String) -> String {
    let fresh = supply.fresh(CUDANames.identifier(name))
    indices[name] = fresh
    return fresh
  }

  func fresh(_ hint: String) -> String { supply.fresh(hint) }
  func data(_ name: String) -> String? { data[name] }
  func index(_ name: String) -> String? { indices[name] }
}
