import MartletCore
import MartletLoopIR

/// What the estimate of a product's schedule takes for known of processors, in one place. Cycles of a core of Zen 3 or 4 where nothing else is said;
/// what matters is how they compare with each other.
enum ContractionCosts {
  /// Of a cache line.
  static let lineBytes = 64
  /// Of the first-level cache; its sets are chosen by the bits of an address above the line's.
  static let firstLevelBytes = 32 * 1024
  static let firstLevelWays = 8
  /// Of the second-level cache, as it is on Zen 3.
  static let secondLevelBytes = 512 * 1024

  /// For a line that is not in the first-level cache, while many are under way: from the second level, and from behind it.
  static let cyclesOfSecondLevelLine = 2.0
  static let cyclesOfDistantLine = 5.0
  /// The share of a third-level cache that one core may expect.
  static let thirdLevelBytes = 8 * 1024 * 1024
  /// Steps of the sum that are so many bytes apart are not fetched ahead, and each stands in a page of its own.
  static let distanceFetchedAhead = 2048
  /// For a line of such a step, where it is multiplied at once and where it is only copied, from the third-level cache.
  static let cyclesOfScatteredLine = 20.0
  static let cyclesOfScatteredPackedLine = 8.0
  /// The part of these cycles that does not pass beside the multiply-adds, however many there are.
  static let exposedShare = 0.1

  /// How much longer multiply-adds of shorter vectors than the target's take than their number says: measured with 8 lanes of 16.
  static let narrowVectors = 1.1

  /// From one multiply-add to the next one of the same accumulator.
  static let multiplyAddLatency = 4.0
  /// Instructions that begin in a cycle.
  static let issued = 6.0
  /// Broadcasts of one number, or loads of one, that begin in a cycle.
  static let broadcastsPerCycle = 2.0
  /// The end of a step, over and above what runs beside the multiply-adds; less where steps are written out.
  static let cyclesOfStep = 0.25
  /// For a tile: its loop ends with a branch that is predicted wrongly.
  static let cyclesOfTile = 20.0
  /// To store a vector, and to add it to what is in memory.
  static let cyclesOfStore = 2.0
  static let cyclesOfReadResult = 1.0
  /// A level of the tree that adds up the lanes of a vector.
  static let cyclesOfLaneSum = 2.0
  /// For a unit of work: its call and the first misses.
  static let cyclesOfUnit = 200.0

  /// To pack a vector of neighbours, of a transposed factor an element, and an element where neither neighbours nor steps lie together.
  static let cyclesOfPackedVector = 2.5
  static let cyclesOfTransposedElement = 0.4
  static let cyclesOfPackedElement = 1.5

  /// Fewer cycles of work are not worth another worker, who has to be told.
  static let leastCyclesOfWorker = 10_000.0
  /// The numbers of workers among whom the work should be balanced.
  static let workers = [1, 2, 4, 8, 16]
}
