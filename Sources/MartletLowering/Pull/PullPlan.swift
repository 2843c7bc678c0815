import MartletCore

/// The decisions of general lowering for one kernel: which axis runs in parallel, which in lanes, which is unrolled, where borders are
/// split from the interior. Depends on shapes and target alone, never on the number of threads.
struct PullPlan {
  enum LaneMode: Hashable {
    case none
    /// Neighbours along the last axis.
    case output
    /// Neighbours along the innermost loop of the folds; lanes are combined at the end.
    case reduction
  }

  /// The range of a fold's variable: the same everywhere, or chosen by the run of one output axis.
  struct FoldRange: Hashable {
    let axis: Int?
    var ranges: [Range<Int>]
  }

  /// What is decided for one fold.
  struct FoldPlan: Hashable {
    /// One entry a variable.
    var ranges: [FoldRange]
    /// The numbers of the conditions that are left for the innermost loop.
    var remaining: [Int] = []
  }

  var extents: [Int]
  /// The axis that callers divide; nil for a kernel of one iteration.
  var parallelAxis: Int?
  var unrolledAxis: Int?
  var laneMode = LaneMode.none
  var lanes = 1
  /// For each axis the stretches on which the folds' ranges do not change; one where nothing is split.
  var runs: [[Range<Int>]]
  /// One entry for each outermost fold, in order of appearance.
  var folds: [FoldPlan] = []

  /// Accumulators that run side by side along the unrolled axis.
  static let unrolling = 4
  /// More stretches than this are not worth their code: the conditions are tested instead.
  static let mostRuns = 12
}
