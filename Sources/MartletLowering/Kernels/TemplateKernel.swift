import MartletCore
import MartletLoopIR
import MartletRuntime

/// A kernel that a plan builds statement by statement. Its parameters are places; samples in a worker's memory are read and written in
/// their slots.
package final class TemplateKernel {
  package let builder: KernelBuilder
  private let tile: Int
  private(set) var storages: [Program.Storage] = []

  init(name: String, tile: Int) {
    builder = KernelBuilder(name: name)
    self.tile = tile
  }

  package func memory(_ name: String, _ access: AccessMode, _ place: Place) -> Memory {
    storages.append(place.storage)
    let element = ElementType(place.type.dtype)
    return Memory(buffer: builder.parameter(name, access, place.space, element, place.shape(tile: tile)), place: place)
  }

  /// Memory that is no value of the graph.
  package func raw(_ name: String, _ access: AccessMode, _ storage: Program.Storage, _ space: MemorySpace, _ shape: [Int])
    -> KernelBuilder.Buffer
  {
    storages.append(storage)
    return builder.parameter(name, access, space, .f32, shape)
  }

  /// Memory of one place.
  package struct Memory {
    package let buffer: KernelBuilder.Buffer
    package let place: Place

    /// Subscripts in memory of an element of the tensor.
    package func subscripts(_ index: [Index]) -> [Index] { inSlot(place.subscripts(index)) }

    /// Subscripts of which the first, in a worker's memory, is a sample.
    func inSlot(_ subscripts: [Index]) -> [Index] {
      guard place.space == .worker else { return subscripts }
      return [subscripts[0] - Index(variable: Kernel.begin)] + subscripts.dropFirst()
    }

    /// `lanes` neighbours in memory, from an element of the tensor on.
    package func load(_ index: [Index], lanes: Int = 1) -> Expr { buffer[subscripts(index), lanes: lanes] }
    package func store(_ value: Expr, _ index: [Index], lanes: Int = 1) { buffer.store(value, subscripts(index), lanes: lanes) }

    /// The same, from subscripts in memory on.
    func loadInMemory(_ subscripts: [Index], lanes: Int = 1) -> Expr { buffer[inSlot(subscripts), lanes: lanes] }
  }
}
