import MartletCore
import MartletGraph
import MartletLoopIR

/// The memory of a kernel for pooled gradients.
struct PooledGradientMemory {
  let kernel: TemplateKernel
  let gradient: TemplateKernel.Memory
  let mask: TemplateKernel.Memory?
  let position: TemplateKernel.Memory
  let x: TemplateKernel.Memory
  let filter: TemplateKernel.Memory
  let bias: TemplateKernel.Memory?
  let input: TemplateKernel.Memory?

  init(_ site: KernelSite, _ gradients: PooledGradients) throws {
    let kernel = site.kernel()
    self.kernel = kernel
    gradient = kernel.memory("d", .read, try site.place(of: gradients.gradient))
    mask = try gradients.mask.map { kernel.memory("z", .read, try site.place(of: $0)) }
    position = kernel.memory("p", .read, try site.place(of: gradients.position))
    x = kernel.memory("x", .read, try site.place(of: gradients.x))
    filter = kernel.memory("dw", .update, try site.sum(gradients.filterResult).place)
    bias = try gradients.biasResult.map { kernel.memory("db", .update, try site.sum($0).place) }
    input = try gradients.input.map { kernel.memory("dx", .write, try site.result($0.result)) }
  }

  /// The masked gradient of a window, for a vector of output channels.
  func loadGradient(_ n: Index, _ row: Index, _ column: Index, _ channel: Index, _ lanes: Int) -> Expr {
    let d = gradient.load([n, channel, row, column], lanes: lanes)
    guard let mask else { return d }
    return Epilogue.masked(d, by: mask.load([n, channel, row, column], lanes: lanes))
  }
}
