import MartletCore
import MartletLoopIR
import MartletRuntime

/// The temporaries of a program while it is made. Results of all nodes have memory before the first kernel is made; in the program they stand
/// where the kernel stands that computes them, so that what a kernel needs beside them follows.
struct TemporaryList {
  private(set) var all: [Program.Temporary] = []
  private var orders: [(place: Int, sequence: Int)] = []
  private var sequence = 0
  /// The place in the schedule to which the next temporaries belong.
  var order = 0

  mutating func add(
    _ name: String, _ type: TensorType, _ space: MemorySpace = .global, _ source: Program.Temporary.Source? = nil
  ) -> Program.Storage {
    all.append(Program.Temporary(name: name, type: type, space: space, source: source))
    orders.append(nextOrder())
    return .temporary(all.count - 1)
  }

  private mutating func nextOrder() -> (place: Int, sequence: Int) {
    sequence += 1
    return (order, sequence)
  }

  /// A kernel that stands before the one that the memory was meant for uses it too.
  mutating func moveUp(_ storage: Program.Storage) {
    if case .temporary(let index) = storage, orders[index].place > order { orders[index] = nextOrder() }
  }

  /// The temporaries in the order of the schedule, and for each number here the one there.
  var ordered: (temporaries: [Program.Temporary], numbers: [Int]) {
    let order = all.indices.sorted { orders[$0] < orders[$1] }
    var numbers = [Int](repeating: 0, count: all.count)
    for (position, index) in order.enumerated() { numbers[index] = position }
    return (order.map { all[$0] }, numbers)
  }
}
