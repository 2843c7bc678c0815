import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// The memory of a value, its layout there, and whose memory it is.
package struct Place: Hashable {
  package var storage: Program.Storage
  package var type: TensorType
  package var layout: StorageLayout
  var space = MemorySpace.global

  /// The subscripts of an element in memory; those of a scalar are [0].
  func subscripts(_ index: [Index]) -> [Index] { layout.axes.isEmpty ? [Index(0)] : layout.subscripts(index) }

  /// The shape of the memory, of which the first axis has `tile` slots in a worker's memory.
  func shape(tile: Int) -> [Int] { Place.shape(layout, space, tile: tile) }

  static func shape(_ layout: StorageLayout, _ space: MemorySpace, tile: Int) -> [Int] {
    guard !layout.axes.isEmpty else { return [1] }
    var shape = layout.shape.extents
    if space == .worker { shape[0] = tile }
    return shape
  }
}

/// A sum over the batch: one partial sum a shard in memory; each reader adds them up.
package struct ShardedSum {
  /// Memory of shape [shards, elements], each shard rounded up to whole cache lines.
  var storage: Program.Storage
  var shards: Int
  var type: TensorType
  var form: SumForm

  /// What is done with the sum of all shards.
  enum LastStep: Hashable {
    case none
    case divided(by: Int)
    /// What general lowering finds around the sum in the element of a node.
    case elements(ofNode: Int)
  }

  /// Makes the kernel that finishes a sum.
  typealias FinishKernel = (_ name: String, _ sum: ShardedSum, _ place: Place) throws -> Kernel

  var layout: StorageLayout { form.layout }

  /// One shard, as kernels that add to it see it.
  package var place: Place { Place(storage: storage, type: type, layout: layout, space: .shard) }

  var shardExtents: [Int] { form.transform?.extents ?? Place.shape(layout, .shard, tile: 0) }

  /// The memory of all shards. Each begins on a cache line, and not a whole number of pages behind the one before it: adding them up
  /// reads the same offset of all, and those addresses would share a few sets of the cache.
  var shape: [Int] {
    let elements = (Shape(shardExtents).elementCount + 15) / 16 * 16
    return [shards, elements % 1024 == 0 ? elements + 16 : elements]
  }

  /// The subscripts of an element in the memory of all shards.
  func subscripts(shard: Index, _ index: [Index]) -> [Index] {
    let position = layout.axes.isEmpty ? [Index(0)] : layout.subscripts(index)
    return [shard, zip(position, Shape(shardExtents).strides).reduce(Index(0)) { $0 + $1.0 * $1.1 }]
  }

  /// Whether a finished sum is the plain sum of all shards.
  var isPlain: Bool { form.lastStep == .none }

  /// More shards than this are added up by a loop.
  static let mostInTree = 32

  /// Combines one value a shard by a fixed tree: neighbours first.
  static func tree(_ values: [Element]) -> Element { tree(values, +) }
  static func tree(_ values: [Expr]) -> Expr { tree(values, +) }

  private static func tree<Term>(_ values: [Term], _ add: (Term, Term) -> Term) -> Term {
    var values = values
    while values.count > 1 {
      values = stride(from: 0, to: values.count, by: 2).map { $0 + 1 < values.count ? add(values[$0], values[$0 + 1]) : values[$0] }
    }
    return values[0]
  }
}

/// Where the elements of a value come from.
package enum ValueSource {
  case memory(Place)
  /// Inlined into its readers.
  case view(node: Int)
  case sum(ShardedSum)
  /// A split reduction: its readers add up the slices.
  case slices(SlicedSum)

  /// The memory of a value that is stored as it is.
  package var place: Place? {
    guard case .memory(let place) = self else { return nil }
    return place
  }
}
